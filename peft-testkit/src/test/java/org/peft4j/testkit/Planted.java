package org.peft4j.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;
import org.peft4j.api.AdapterFormat;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.CustomOp;
import org.peft4j.api.Init;
import org.peft4j.api.Installer;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Param;
import org.peft4j.api.ParamScope;
import org.peft4j.api.ParamSpec;
import org.peft4j.api.Role;
import org.peft4j.api.Setting;
import org.peft4j.api.Shape;
import org.peft4j.api.Trait;
import org.peft4j.api.Var;

/** Scales the values of attention, feature by feature: right as it stands, and wrong in one way for each fault. */
public final class Planted implements AdapterMethod<Planted.Config> {
    /** What is wrong with it. */
    public enum Fault {
        NONE,
        UNUSED_PARAMETER,
        CHANGES_THE_BASE,
        WRONG_GRADIENT,
        NOT_THE_IDENTITY,
        FORGETS_TO_SAVE,
        NOT_AFFINE,
        REMEMBERS,
        RANDOM_START,
        NOT_FINITE,
        WRONG_SIGN,
        NOT_ONLY_TOP_LAYERS,
        LOSES_A_SETTING,
        MIXES_SEQUENCES,
        COUNTS_TOKENS,
        COUNTS_TARGETS,
        COUNTS_CALLS
    }

    /** One fault. */
    public record Config(
            @Setting(help = "What is wrong.", value = "none")
            Fault fault) {}

    private final Path base;
    private int installed;
    private int calls;

    /** As ServiceLoader makes it. */
    public Planted() {
        this(Path.of("none"));
    }

    /** With the files that one fault damages. */
    Planted(Path base) {
        this.base = base;
    }

    @Override
    public String name() {
        return "planted";
    }

    @Override
    public String description() {
        return "Scales the values of attention.";
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public Set<Trait> traits(Config config) {
        return config.fault() == Fault.NOT_ONLY_TOP_LAYERS
                ? Set.of(Trait.TOP_LAYERS_ONLY)
                : Set.of(Trait.IDENTITY_AT_INIT, Trait.MERGEABLE);
    }

    @Override
    public void install(Config config, Installer installer) {
        installed++;
        Role where = config.fault() == Fault.COUNTS_TARGETS ? Role.O : Role.V;
        installer.linear(site -> site.is(where), (site, params) -> {
            Param scale = params.param(scale(config.fault(), site.out(), installed));
            if (config.fault() == Fault.UNUSED_PARAMETER) {
                unused(params);
            }
            double memory = config.fault() == Fault.REMEMBERS ? installed : 0;
            return (x, layer, ops) -> {
                Var y = layer.apply(x);
                return switch (config.fault()) {
                    case WRONG_GRADIENT -> ops.custom(new WrongGradient(0.5f), y, scale);
                    case WRONG_SIGN -> ops.custom(new WrongGradient(-1), y, scale);
                    case MIXES_SEQUENCES -> ops.mul(ops.add(y, ops.rows(y, 0, 1)), scale);
                    case COUNTS_TOKENS, COUNTS_TARGETS -> ops.scale(ops.mul(y, scale), 1 + x.rows());
                    case COUNTS_CALLS -> ops.scale(ops.mul(y, scale), 1 + 1e-3 * (calls++ % 4));
                    case NOT_AFFINE -> ops.add(y, ops.mul(ops.silu(y), ops.sub(scale, one(ops, site.out()))));
                    case REMEMBERS -> ops.scale(ops.mul(y, scale), 1 + memory / 10);
                    default -> ops.mul(y, scale);
                };
            };
        });
        if (config.fault() == Fault.CHANGES_THE_BASE) {
            installer.afterStep(context -> damage());
        }
    }

    private static Var one(org.peft4j.api.Ops ops, long size) {
        float[] ones = new float[(int) size];
        java.util.Arrays.fill(ones, 1f);
        return ops.constant(ones, size);
    }

    private static void unused(ParamScope params) {
        params.param("shift", new Init.Zeros(), 4);
    }

    private static ParamSpec scale(Fault fault, long size, int installed) {
        Init init = switch (fault) {
            case NOT_THE_IDENTITY -> new Init.Constant(1.01);
            case NOT_FINITE -> new Init.Constant(Double.NaN);
            case RANDOM_START -> new Init.Constant(1 + 1e-3 * installed);
            default -> new Init.Ones();
        };
        ParamSpec spec = ParamSpec.of("scale", init, size);
        return fault == Fault.FORGETS_TO_SAVE ? spec.unsaved() : spec;
    }

    private void damage() {
        try {
            Path file = base.resolve("model.safetensors");
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length - 2] ^= 0x55;
            Files.write(file, bytes, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public AdapterFormat<Config> format() {
        AdapterFormat<Config> own = AdapterFormat.own(name(), Config.class);
        return new AdapterFormat<>() {
            @Override
            public String peftType() {
                return own.peftType();
            }

            @Override
            public Map<String, Object> write(Config config, ModelShape model) {
                return own.write(config, model);
            }

            @Override
            public Config read(Map<String, Object> entries, ModelShape model) {
                Config read = own.read(entries, model);
                return read.fault() == Fault.LOSES_A_SETTING ? new Config(Fault.NONE) : read;
            }
        };
    }

    /** Multiplies, and passes only a part of the gradient on. */
    private record WrongGradient(float part) implements CustomOp {
        @Override
        public Shape outputShape(Var... inputs) {
            return Shape.of(inputs[0].shape());
        }

        @Override
        public void forward(FloatBuffer[] inputs, FloatBuffer output) {
            int cols = inputs[1].capacity();
            for (int i = 0; i < output.capacity(); i++) {
                output.put(i, inputs[0].get(i) * inputs[1].get(i % cols));
            }
        }

        @Override
        public void backward(Backward c) {
            int cols = c.input(1).capacity();
            FloatBuffer gradient = c.outputGradient();
            for (int i = 0; i < gradient.capacity(); i++) {
                int at = i % cols;
                FloatBuffer scale = c.inputGradient(1);
                scale.put(
                        at, scale.get(at) + part * gradient.get(i) * c.input(0).get(i));
                if (c.wanted(0)) {
                    FloatBuffer x = c.inputGradient(0);
                    x.put(i, x.get(i) + gradient.get(i) * c.input(1).get(at));
                }
            }
        }
    }
}
