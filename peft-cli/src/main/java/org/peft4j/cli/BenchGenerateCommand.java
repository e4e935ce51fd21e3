package org.peft4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.peft4j.api.AdapterMethod;
import org.peft4j.checkpoint.DType;
import org.peft4j.compare.ProcessMemory;
import org.peft4j.config.ConfigDocument;
import org.peft4j.config.SettingsBinder;
import org.peft4j.engine.MemorySpeed;
import org.peft4j.engine.Precision;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.BatchGenerator;
import org.peft4j.model.ModelMemory;
import org.peft4j.model.Sampling;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code peft bench-generate}. */
@Command(
        name = "bench-generate",
        description = "Measure the speed and the memory of generation from random prompts; the last line is JSON.",
        footer = {
            "  peft bench-generate --method lora --shape smollm-135m --precision bf16",
            "  peft bench-generate --method lora --shape smollm-135m --batch 16 --adapters 16",
            "",
            "Shapes: tiny-1m, small-24m, smollm-135m, tinyllama-1.1b; their weights are random."
        })
final class BenchGenerateCommand extends Action {
    @Option(
            names = "--method",
            paramLabel = "NAME",
            description = "Method of the adapters; 'peft methods' lists them. Without it the plain base is measured.")
    private String method;

    @Option(
            names = {"-s", "--set"},
            paramLabel = "KEY=VALUE",
            description = "Set one of the method's settings, for example rank=16.")
    private List<String> settings;

    @Option(
            names = "--adapters",
            defaultValue = "1",
            paramLabel = "N",
            description = "Different adapters of the method, which the requests take in turn (default: 1).")
    private int adapters;

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

    @Option(names = "--batch", defaultValue = "1", paramLabel = "N", description = "Requests (default: 1).")
    private int batch;

    @Option(
            names = "--prompt-length",
            defaultValue = "32",
            paramLabel = "N",
            description = "Tokens of each prompt (default: 32).")
    private int prompt;

    @Option(names = "--new", defaultValue = "256", paramLabel = "N", description = "New tokens (default: 256).")
    private int fresh;

    @Option(
            names = "--repeat",
            defaultValue = "3",
            paramLabel = "N",
            description = "Runs that are measured, behind one that warms up (default: 3).")
    private int repeat;

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

    /** Seconds until every request has its first token, and from then on. */
    private record Times(double prefill, double decode) {}

    @Override
    public Integer call() throws IOException {
        if (batch < 1 || prompt < 1 || fresh < 2 || repeat < 1 || adapters < 1) {
            throw wrong("--batch, --prompt-length, --adapters and --repeat are at least 1, --new at least 2");
        }
        try (SpeedBase chosen = kind.base == null
                ? SpeedBase.random(kind.shape == null ? "smollm-135m" : kind.shape, 0, 0, dtype, seed)
                : SpeedBase.of(kind.base)) {
            return measured(chosen.directory(), chosen.name());
        }
    }

    private int measured(Path base, String name) {
        try (Peft peft = threads.start(this)) {
            PeftModel model = peft.load(base, storage, precision);
            List<BatchGenerator.Request> requests = requests(peft, model);
            List<Times> times = new ArrayList<>();
            for (int i = 0; i <= repeat; i++) {
                Times t = once(requests);
                screen().err()
                        .println(String.format(
                                Locale.ROOT, "run %d: prefill %.3f s, decode %.3f s", i, t.prefill, t.decode));
                if (i > 0) {
                    times.add(t);
                }
            }
            Map<String, Object> result =
                    result(name, times, ModelMemory.readPerPass(requests.get(0).model()));
            // Before memory's speed is measured, which needs a quarter of a gigabyte.
            result.put(
                    "peak_rss_mb",
                    ProcessMemory.peakResident().map(b -> b >> 20).orElse(null));
            result.put("memory_gb_per_s", rounded(MemorySpeed.measure(peft.engine()), 10));
            result.put("threads", peft.engine().threads());
            result.put("precision", precision.name().toLowerCase(Locale.ROOT));
            result.put("storage", storage);
            printJson(result);
        }
        return Main.OK;
    }

    private List<BatchGenerator.Request> requests(Peft peft, PeftModel model) {
        List<AdaptedModel> models = method == null ? List.of(model.with()) : adapted(peft, model);
        SplittableRandom random = new SplittableRandom(seed);
        int vocabulary = model.base().shape().vocabularySize();
        List<BatchGenerator.Request> requests = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
            int[] tokens = random.ints(prompt, 0, vocabulary).toArray();
            requests.add(new BatchGenerator.Request(models.get(i % models.size()), tokens));
        }
        return requests;
    }

    private List<AdaptedModel> adapted(Peft peft, PeftModel model) {
        AdapterMethod<?> chosen = peft.methods().method(method).method();
        ConfigDocument document = ConfigDocument.empty("the command line");
        for (String s : settings == null ? List.<String>of() : settings) {
            document = document.withOverride(s);
        }
        Record config = SettingsBinder.bind(chosen.configType(), document.root(), "method " + method);
        List<AdaptedModel> models = new ArrayList<>();
        for (int i = 0; i < adapters; i++) {
            models.add(model.with(model.install("adapter " + i, method, config, seed + i)));
        }
        return models;
    }

    private Times once(List<BatchGenerator.Request> requests) {
        long[] first = new long[1];
        int[] made = new int[1];
        long start = System.nanoTime();
        new BatchGenerator(Sampling.greedy(fresh).withoutStop(), Set.of()).generate(requests, (index, id) -> {
            made[0]++;
            if (made[0] == requests.size()) {
                first[0] = System.nanoTime();
            }
        });
        long end = System.nanoTime();
        return new Times((first[0] - start) * 1e-9, (end - first[0]) * 1e-9);
    }

    private Map<String, Object> result(String name, List<Times> times, long bytes) {
        double prefill = median(times.stream().mapToDouble(Times::prefill).toArray());
        double decode = median(times.stream().mapToDouble(Times::decode).toArray());
        double all =
                median(times.stream().mapToDouble(t -> t.prefill + t.decode).toArray());
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("program", "peft4j");
        result.put("mode", "generate");
        result.put("model", name);
        result.put("method", method);
        result.put("adapters", method == null ? 0 : adapters);
        result.put("batch", batch);
        result.put("prompt_length", prompt);
        result.put("new", fresh);
        result.put("tokens_per_s", rounded((double) batch * fresh / all, 10));
        result.put("prefill_tokens_per_s", rounded((double) batch * prompt / prefill, 10));
        result.put("decode_tokens_per_s", rounded((double) batch * (fresh - 1) / decode, 10));
        result.put("weights_mb", bytes / 1_000_000);
        result.put("read_gb_per_s", rounded(bytes * 1e-9 * (fresh - 1) / decode, 10));
        return result;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private static double rounded(double value, double scale) {
        return Math.round(value * scale) / scale;
    }
}
