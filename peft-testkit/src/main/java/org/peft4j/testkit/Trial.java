package org.peft4j.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.WeightCodec;
import org.peft4j.checkpoint.Checkpoint;
import org.peft4j.checkpoint.DType;
import org.peft4j.engine.Engine;
import org.peft4j.engine.EngineParam;
import org.peft4j.engine.Precision;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.BaseModel;
import org.peft4j.model.Batch;
import org.peft4j.model.Storage;

/** One method with one setting on the tiny model, and what the checks do with it. */
final class Trial<C extends Record> implements AutoCloseable {
    private static final int[][] TEXTS = {
        {1, 17, 4, 33, 8, 60, 5}, {1, 9, 41, 22, 3, 3, 58, 12, 30}, {44, 50, 7, 26},
    };

    private final AdapterMethod<C> method;
    private final C config;
    private final Path directory;
    private final Engine engine;
    private final BaseModel base;

    Trial(AdapterMethod<C> method, C config, Path directory) {
        this.method = method;
        this.config = config;
        this.directory = directory;
        this.engine = Engine.create(2);
        this.base = base(DType.F32, Optional.empty());
    }

    AdapterMethod<C> method() {
        return method;
    }

    C config() {
        return config;
    }

    BaseModel base() {
        return base;
    }

    /** A base of its own in this element type, its linear layers encoded if a codec is given. */
    BaseModel base(DType dtype, Optional<WeightCodec> codec) {
        Checkpoint checkpoint = Checkpoint.open(TinyModel.checkpoint(directory, dtype));
        List<WeightCodec> installed = codec.map(List::of).orElse(List.of());
        return BaseModel.load(engine, checkpoint, new Storage(installed, codec, Precision.FP32));
    }

    /** A path that nothing is at. */
    Path place() throws java.io.IOException {
        return Files.createTempDirectory(directory, "trial-").resolve("new");
    }

    Adapter fresh(long seed) {
        return install(base, "adapter", seed);
    }

    /** Why there is nothing yet that checks of parameters could look at, if so. */
    Optional<String> obstacle() {
        try {
            boolean none = fresh(1).parameters().trainable().isEmpty();
            return none
                    ? Optional.of("Waits for install(...) to create a parameter: there is nothing to check before.")
                    : Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of("Waits for install(...), which fails: " + e);
        }
    }

    Adapter install(BaseModel on, String name, long seed) {
        return Adapter.install(on, name, method, config, seed);
    }

    /** An adapter as training might leave it: no parameter at its first value. */
    Adapter moved(long seed) {
        return moved(base, "adapter", seed);
    }

    Adapter moved(BaseModel on, String name, long seed) {
        Adapter adapter = install(on, name, seed);
        SplittableRandom random = new SplittableRandom(seed + 100);
        for (EngineParam p : adapter.parameters().trainable()) {
            float[] values = p.toArray();
            for (int i = 0; i < values.length; i++) {
                values[i] += (float) (0.1 * random.nextGaussian());
            }
            p.assign(values);
        }
        return adapter;
    }

    static List<int[]> texts() {
        return Arrays.stream(TEXTS).map(int[]::clone).toList();
    }

    /** Sequences of different lengths; part of the first is not predicted. */
    static Batch batch() {
        List<Batch.Sequence> sequences = new ArrayList<>();
        for (int[] text : TEXTS) {
            boolean[] trained = new boolean[text.length];
            Arrays.fill(trained, sequences.isEmpty() ? 3 : 1, text.length, true);
            sequences.add(new Batch.Sequence(text, trained));
        }
        return Batch.of(sequences);
    }

    /** The logits of all texts, one after the other. */
    float[] logits(AdaptedModel model) {
        List<float[]> rows = new ArrayList<>();
        for (int[] text : TEXTS) {
            rows.addAll(List.of(model.logits(text)));
        }
        float[] flat = new float[rows.size() * TinyModel.VOCABULARY];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, flat, i * TinyModel.VOCABULARY, TinyModel.VOCABULARY);
        }
        return flat;
    }

    float[] logits(Adapter... adapters) {
        return logits(AdaptedModel.of(base, adapters));
    }

    /** What training minimises, with its penalties; dropout by the seed. */
    static double loss(AdaptedModel model, long seed) {
        Batch batch = batch();
        return model.trainingLoss(batch, 1.0 / batch.targetCount(), seed);
    }

    /** Gradients of {@link #loss} in the adapter's parameters. */
    static void gradients(AdaptedModel model, Adapter adapter, long seed) {
        Batch batch = batch();
        adapter.parameters().zeroGradients();
        model.lossAndGradients(batch, 1.0 / batch.targetCount(), seed);
    }

    /** How far apart two results are: the largest absolute difference. */
    static double difference(float[] a, float[] b) {
        double most = a.length == b.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(a.length, b.length); i++) {
            double d = Math.abs((double) a[i] - b[i]);
            most = d <= most ? most : d;
            if (Double.isNaN(d)) {
                return Double.NaN;
            }
        }
        return most;
    }

    static boolean finite(float[] values) {
        for (float v : values) {
            if (!Float.isFinite(v)) {
                return false;
            }
        }
        return true;
    }

    static AssertionError fault(String seen, String cause) {
        return new AssertionError(seen + "\n  " + cause);
    }

    @Override
    public void close() {
        engine.close();
    }
}
