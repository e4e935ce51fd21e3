package org.peft4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.DType;
import org.peft4j.compare.ProcessMemory;
import org.peft4j.config.ConfigDocument;
import org.peft4j.config.SettingsBinder;
import org.peft4j.engine.BlasReport;
import org.peft4j.engine.Engine;
import org.peft4j.engine.Precision;
import org.peft4j.engine.ProductPeak;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.Batch;
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
        description = {
            "Measure the speed and the memory of training; the last line is JSON.",
            "The tokens are random, or those of a file's rows. Nothing is written."
        },
        footer = {
            "  peft bench --method lora --shape smollm-135m --batch 4 --seq 256 --steps 6",
            "  peft bench --method lora --base models/tiny -s rank=16 -s target-modules=all-linear",
            "  peft bench --method lora --base models/tiny --data train.jsonl --batch 16 --steps 60 --warmup 10",
            "  peft bench --method lora --batch 1 --curve lengths",
            "",
            "Shapes: tiny-1m, small-24m, smollm-135m, tinyllama-1.1b; their weights are random.",
            "share_of_peak is the time that the matrix products would take at the best rate measured in",
            "the same run, against the time that the steps took; it counts no product twice."
        })
final class BenchCommand extends Action {
    private static final int USUAL_LENGTH = 256;
    private static final List<Integer> LENGTHS = List.of(128, 256, 512, 1024, 2048, 4096);
    /** How many numbers of layers a table is over. */
    private static final int PARTS = 5;

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

    @Option(
            names = "--seq",
            paramLabel = "N",
            description = "Tokens of each (default: 256); with --data, the most of a row (default: the context).")
    private Integer length;

    @Option(names = "--steps", defaultValue = "6", paramLabel = "N", description = "Steps (default: 6).")
    private int steps;

    @Option(
            names = "--warmup",
            paramLabel = "N",
            description = "Of them, those at the start that don't count (default: 2 of 4 and more).")
    private Integer warmup;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "Rows to train on instead of random tokens, in the file's order; needs --base.")
    private Path data;

    @Option(names = "--layers", paramLabel = "N", description = "Layers of a shape, instead of its own.")
    private int layers;

    @Option(
            names = "--curve",
            paramLabel = "KIND",
            description = "A table over lengths (128 to 4096) or over layers (a fifth of the shape's to all).")
    private Curve curve;

    @Option(
            names = "--gradient-checkpointing",
            arity = "0..1",
            fallbackValue = "0",
            paramLabel = "LAYERS",
            description =
                    "Run layers again in the backward pass instead of keeping what is in them: the lowest so many, or all.")
    private Integer checkpointedLayers;

    @Option(names = "--lr", defaultValue = "1e-3", paramLabel = "X", description = "Learning rate (default: 1e-3).")
    private double learningRate;

    @Option(names = "--seed", defaultValue = "0", paramLabel = "N", description = "Seed (default: 0).")
    private long seed;

    @Mixin
    private ThreadOptions threads;

    /** What a table is over. */
    enum Curve {
        LENGTHS,
        LAYERS
    }

    private static final class Kind {
        @Option(names = "--shape", paramLabel = "NAME", description = "Shape (default: smollm-135m).")
        private String shape;

        @Option(names = "--base", paramLabel = "DIR", description = "A checkpoint instead of a shape.")
        private Path base;
    }

    @Override
    public Integer call() throws IOException {
        check();
        List<Map<String, Object>> results = new ArrayList<>();
        try (Peft peft = threads.start(this)) {
            SpeedCurve table = new SpeedCurve(this::println, curve == Curve.LAYERS);
            for (Point point : points()) {
                try (SpeedBase base = base(point)) {
                    SpeedFigures figures = measured(peft, base, point, results);
                    if (curve != null) {
                        table.add(curve == Curve.LAYERS ? point.layers : point.length, figures, results);
                        // Java's heap is too empty for a collection to come, and the model's memory goes with one.
                        System.gc();
                    }
                }
            }
        }
        printJson(curve == null ? results.get(0) : Map.of("curve", results));
        return Main.OK;
    }

    private void check() {
        if (batch < 1 || steps < 1 || !(learningRate > 0) || layers < 0 || (length != null && length < 2)) {
            throw wrong("--batch, --steps and --layers are at least 1, --seq at least 2, --lr above 0");
        }
        if (warmup != null && (warmup < 0 || warmup >= steps)) {
            throw wrong("--warmup is at least 0 and less than --steps, which is " + steps);
        }
        if (data != null && (kind.base == null || curve != null)) {
            throw wrong("--data needs --base, for its tokenizer, and goes with no --curve");
        }
        if (kind.base != null && (layers > 0 || curve == Curve.LAYERS)) {
            throw wrong("the number of layers can be chosen for a --shape only");
        }
    }

    /** What is measured: layers, 0 for the model's own, and the length of a sequence, 0 for what the context holds. */
    private record Point(int layers, int length) {}

    private List<Point> points() {
        int one = length != null ? length : data != null ? 0 : USUAL_LENGTH;
        if (curve == null) {
            return List.of(new Point(layers, one));
        }
        if (curve == Curve.LENGTHS) {
            return LENGTHS.stream()
                    .filter(n -> length == null || n <= length)
                    .map(n -> new Point(layers, n))
                    .toList();
        }
        int most = layers > 0 ? layers : Shapes.config(shape()).layers();
        return IntStream.rangeClosed(1, PARTS)
                .map(i -> most * i / PARTS)
                .filter(n -> n > 0)
                .distinct()
                .mapToObj(n -> new Point(n, one))
                .toList();
    }

    private String shape() {
        return kind.shape == null ? "smollm-135m" : kind.shape;
    }

    private SpeedBase base(Point point) throws IOException {
        return kind.base != null
                ? SpeedBase.of(kind.base)
                : SpeedBase.random(shape(), point.layers, point.length, dtype, seed);
    }

    private SpeedFigures measured(Peft peft, SpeedBase base, Point point, List<Map<String, Object>> results) {
        AdapterMethod<?> chosen = peft.methods().method(method).method();
        PeftModel model = peft.load(base.directory(), storage, precision);
        int context = model.base().shape().maxPositions();
        if (point.length > context) {
            throw PeftException.of(
                    "context-exceeded",
                    "--seq is " + point.length + ", but the model's context has " + context + " tokens.",
                    "Give at most " + context + ".");
        }
        Adapter adapter = model.install(method, config(chosen), seed);
        int longest = point.length == 0 ? model.with(adapter).room() : point.length;
        AdaptedModel plain = model.with(adapter);
        AdaptedModel adapted = checkpointedLayers == null ? plain : plain.recomputing(checkpointedLayers);
        MemoryEstimate estimate = MemoryEstimate.of(adapted, batch, longest);
        SpeedRun run = new SpeedRun(adapted, adapter);
        IntFunction<Batch> rows = data == null
                ? SpeedRows.random(model.base().shape().vocabularySize(), batch, longest, seed)
                : SpeedRows.of(data, model, batch, longest);
        SpeedFigures figures = new SpeedFigures(run.run(rows, steps, learningRate, this::show), warmup());
        Map<String, Object> facts = facts(base.name(), point, run.trainable(), peft.engine());
        Object memory = ProcessMemory.peakResident().map(b -> b >> 20).orElse(null);
        facts.putAll(figures.describe(ProductPeak.measure(peft.engine())));
        facts.put("peak_rss_mb", memory);
        facts.put("estimated_rss_mb", estimate.total() >> 20);
        results.add(facts);
        return figures;
    }

    private int warmup() {
        // The first two steps of a length compile its kernels.
        return warmup != null ? warmup : Math.max(0, Math.min(2, steps - 2));
    }

    private void show(int number, SpeedRun.Step step) {
        screen().err()
                .println(String.format(Locale.ROOT, "step %d: loss %.4f, %.3f s", number, step.loss(), step.seconds()));
    }

    private Record config(AdapterMethod<?> chosen) {
        ConfigDocument document = ConfigDocument.empty("the command line");
        for (String s : settings == null ? List.<String>of() : settings) {
            document = document.withOverride(s);
        }
        return SettingsBinder.bind(chosen.configType(), document.root(), "method " + method);
    }

    private Map<String, Object> facts(String name, Point point, long trainable, Engine engine) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("program", "peft4j");
        all.put("method", method);
        all.put("settings", settings == null ? List.of() : settings);
        all.put("model", name);
        if (data != null) {
            all.put("data", data.toString());
        }
        all.put("batch", batch);
        all.put("seq", point.length == 0 ? null : point.length);
        all.put("gradient_checkpointing", checkpointedLayers != null);
        all.put("checkpointed_layers", checkpointedLayers);
        all.put("steps", steps);
        all.put("trainable", trainable);
        all.put("threads", engine.threads());
        all.put("precision", precision.name().toLowerCase(Locale.ROOT));
        all.put("storage", storage);
        all.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
        all.put("blas_core", BlasReport.coreType());
        all.put("kernels", Engine.kernels());
        return all;
    }
}
