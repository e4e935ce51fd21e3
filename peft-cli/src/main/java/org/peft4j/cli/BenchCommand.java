package org.peft4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.checkpoint.DType;
import org.peft4j.compare.ProcessMemory;
import org.peft4j.config.ConfigDocument;
import org.peft4j.config.SettingsBinder;
import org.peft4j.engine.Precision;
import org.peft4j.model.Adapter;
import org.peft4j.model.RandomCheckpoint;
import org.peft4j.runtime.MemoryEstimate;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code peft bench}. */
@Command(
        name = "bench",
        description = "Measure the speed and the memory of training on random tokens; the last line is JSON.",
        footer = {
            "  peft bench --method lora --shape smollm-135m --batch 4 --seq 256 --steps 6",
            "  peft bench --method lora --base models/tiny -s rank=16 -s target-modules=all-linear",
            "",
            "Shapes: tiny-1m, small-24m, smollm-135m, tinyllama-1.1b; their weights are random."
        })
final class BenchCommand extends Action {
    @Option(
            names = "--method",
            required = true,
            paramLabel = "NAME",
            description = "Method; 'peft methods' lists them.")
    private String method;

    @Option(
            names = {"-s", "--set"},
            paramLabel = "KEY=VALUE",
            description = "Set one of the method's settings, for example rank=16.")
    private List<String> settings;

    @ArgGroup
    private Kind kind = new Kind();

    @Option(
            names = "--dtype",
            defaultValue = "F32",
            converter = WeightType.class,
            description = "Type of a shape's weights: F32, BF16, F16.")
    private DType dtype;

    @Option(
            names = "--storage",
            defaultValue = "as-is",
            paramLabel = "CODEC",
            description = "Keep the base's linear layers encoded (default: as-is).")
    private String storage;

    @Option(
            names = "--precision",
            defaultValue = "auto",
            paramLabel = "NAME",
            description = "Of the other frozen weights: fp32, bf16 or auto (default: auto).")
    private Precision precision;

    @Option(names = "--batch", defaultValue = "4", paramLabel = "N", description = "Sequences (default: 4).")
    private int batch;

    @Option(names = "--seq", defaultValue = "256", paramLabel = "N", description = "Tokens of each (default: 256).")
    private int length;

    @Option(names = "--steps", defaultValue = "6", paramLabel = "N", description = "Steps (default: 6).")
    private int steps;

    @Option(names = "--lr", defaultValue = "1e-3", paramLabel = "X", description = "Learning rate (default: 1e-3).")
    private double learningRate;

    @Option(names = "--seed", defaultValue = "0", paramLabel = "N", description = "Seed (default: 0).")
    private long seed;

    @Mixin
    private ThreadOptions threads;

    private static final class Kind {
        @Option(names = "--shape", paramLabel = "NAME", description = "Shape (default: smollm-135m).")
        private String shape;

        @Option(names = "--base", paramLabel = "DIR", description = "A checkpoint instead of a shape.")
        private Path base;
    }

    @Override
    public Integer call() throws IOException {
        if (batch < 1 || steps < 1 || length < 2 || !(learningRate > 0)) {
            throw wrong("--batch and --steps are at least 1, --seq at least 2, --lr above 0");
        }
        if (kind.base != null) {
            return measured(kind.base, kind.base.toString());
        }
        String shape = kind.shape == null ? "smollm-135m" : kind.shape;
        Path directory = Files.createTempDirectory("peft-bench-");
        try {
            var config = Shapes.config(shape);
            RandomCheckpoint.write(directory, config, directory, dtype, 0.02, seed, CheckpointWriter.Existing.KEEP);
            return measured(directory, shape);
        } finally {
            delete(directory);
        }
    }

    private int measured(Path base, String name) {
        try (Peft peft = threads.start(this)) {
            AdapterMethod<?> chosen = peft.methods().method(method).method();
            PeftModel model = peft.load(base, storage, precision);
            int context = model.base().shape().maxPositions();
            if (length > context) {
                throw PeftException.of(
                        "context-exceeded",
                        "--seq is " + length + ", but the model's context has " + context + " tokens.",
                        "Give at most " + context + ".");
            }
            Adapter adapter = model.install(method, config(chosen), seed);
            MemoryEstimate memory = MemoryEstimate.of(model.with(adapter), batch, length);
            SpeedRun run = new SpeedRun(model, adapter);
            SpeedRun.Figures figures = run.run(
                    batch,
                    length,
                    steps,
                    learningRate,
                    seed,
                    (step, loss, seconds) -> screen().err()
                            .println(String.format(Locale.ROOT, "step %d: loss %.4f, %.3f s", step, loss, seconds)));
            Map<String, Object> result =
                    result(name, run.trainable(), figures, peft.engine().threads());
            result.put("estimated_rss_mb", memory.total() >> 20);
            printJson(result);
        }
        return Main.OK;
    }

    private Record config(AdapterMethod<?> chosen) {
        ConfigDocument document = ConfigDocument.empty("the command line");
        for (String s : settings == null ? List.<String>of() : settings) {
            document = document.withOverride(s);
        }
        return SettingsBinder.bind(chosen.configType(), document.root(), "method " + method);
    }

    private Map<String, Object> result(String name, long trainable, SpeedRun.Figures f, int threadCount) {
        double[] timed = steps > 2 ? Arrays.copyOfRange(f.seconds(), 1, steps) : f.seconds();
        double[] sorted = timed.clone();
        Arrays.sort(sorted);
        double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
        double rate =
                (double) batch * length * timed.length / Arrays.stream(timed).sum();
        double[] last = Arrays.copyOfRange(f.losses(), Math.max(0, steps - 10), steps);
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("program", "peft4j");
        all.put("method", method);
        all.put("model", name);
        all.put("batch", batch);
        all.put("seq", length);
        all.put("steps", steps);
        all.put("trainable", trainable);
        all.put("first_loss", rounded(f.losses()[0], 1e4));
        all.put("last_loss", rounded(Arrays.stream(last).average().orElse(Double.NaN), 1e4));
        all.put("tokens_per_s", rounded(rate, 10));
        all.put("median_step_s", rounded(median, 1e4));
        all.put("peak_rss_mb", ProcessMemory.peakResident().map(b -> b >> 20).orElse(null));
        all.put("threads", threadCount);
        all.put("precision", precision.name().toLowerCase(Locale.ROOT));
        return all;
    }

    private static Object rounded(double value, double scale) {
        return Double.isFinite(value) ? Math.round(value * scale) / scale : null;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
