package org.peft4j.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A report with made-up figures of the kind a comparison gives, to look at and to test the page with. */
final class SampleReport {
    /** A prompt, a reference and an answer that would do harm if the page took them for markup. */
    static final String ATTACK =
            "</script><script>window.hacked=1</script><img src=x onerror=\"window.hacked=1\"> ${7*7} \"quoted\" 'single' &amp;";

    private static final String REFERENCE =
            "Come to York Chapel on Saturday at 4 pm for the River Supper, hosted by Kate Lane. Admission is free.";

    private SampleReport() {}

    /** Writes the files of the sample into a directory, to look at them. */
    public static void main(String[] args) throws IOException {
        ReportFiles.write(report(), Path.of(args[0]));
        java.nio.file.Files.writeString(
                Path.of(args[0]).resolve("terminal.txt"), TerminalTable.of(report(), 100, false));
    }

    static ComparisonReport report() {
        Budget budget = new Budget(
                200,
                16,
                3,
                Reports.facts("optimizer", "adamw", "schedule", "cosine, 20 steps of warm-up", "threads", "2"));
        return new ComparisonReport(
                "Six methods on a small Llama",
                new BaseModel("default", "llama", 1_033_344, Reports.facts("layers", "6", "hidden size", "128")),
                new TaskData("task-train.jsonl", 3000, "task-heldout.jsonl", 200, Reports.facts("general", "40 rows")),
                budget,
                Reports.facts("program", "peft4j 0.1.0", "java", "17.0.15", "system", "Linux amd64, 2 processors"),
                Reports.SEEDS,
                List.of(
                        new Example(
                                "event = River Supper; host = Kate Lane; hall = York Chapel; day = Saturday; time = 4 pm; price = free =>",
                                REFERENCE),
                        new Example("Say: " + ATTACK, "Reference " + ATTACK)),
                rows());
    }

    private static List<ReportRow> rows() {
        Map<String, String> rank = Map.of("rank", "16");
        Map<String, String> ten = Map.of("tokens", "10");
        Map<String, String> twenty = Map.of("virtual-tokens", "20");
        return List.of(
                base(),
                row(1, "LoRA", "lora", 0.1816, 0.0011, 149_504, 612e6, 41, 0.98, 0.31, rank, true),
                row(2, "QLoRA", "qlora", 0.1827, 0.0012, 149_504, 458e6, 57, 0.97, 0.30, rank, true),
                row(3, "LLaMA-Adapter", "llama-adapter", 0.412, 0.0104, 7_688, 431e6, 36, 0.55, 0.05, ten, true),
                row(4, "Prefix tuning", "prefix", 0.5233, 0.0231, 15_360, 437e6, 38, 0.41, 0.07, twenty, true),
                row(5, "Full fine-tuning", "full", 0.1874, 0.0009, 1_033_344, 655e6, 52, 0.96, 0.84, Map.of(), false),
                Reports.failed(
                        "Prompt tuning",
                        "the process was killed (exit code 137): it needed more memory than there is"));
    }

    private static ReportRow base() {
        Figures figures = Figures.none()
                .with(Figure.HELD_OUT_LOSS, 6.1359)
                .with(Figure.PERPLEXITY, Math.exp(6.1359))
                .with(Figure.FIELDS_CARRIED, 0)
                .with(Figure.START_UP_SECONDS, 1.1)
                .with(Figure.GENERATION_TOKENS_PER_SECOND, 812);
        SeedRun run = new SeedRun(1, Outcome.ok(), figures, List.of(), List.of("The second is Saturday.", ATTACK));
        return new ReportRow(
                "Untouched base", "base", false, Map.of(), Outcome.ok(), Figures.none(), List.of(), List.of(run));
    }

    private static ReportRow row(
            int index,
            String label,
            String method,
            double loss,
            double spread,
            long parameters,
            double memory,
            double seconds,
            double fields,
            double forgetting,
            Map<String, String> settings,
            boolean swept) {
        List<SeedRun> runs = new ArrayList<>();
        for (long seed : Reports.SEEDS) {
            SplittableRandom random = new SplittableRandom(index * 100L + seed);
            double reached = loss + spread * (seed - 2);
            Figures figures = Figures.none()
                    .with(Figure.TRAINABLE_PARAMETERS, parameters)
                    .with(Figure.TRAINABLE_SHARE, parameters / 1_033_344.0)
                    .with(Figure.HELD_OUT_LOSS, reached)
                    .with(Figure.PERPLEXITY, Math.exp(reached))
                    .with(Figure.FIELDS_CARRIED, Math.min(1, fields + 0.01 * (seed - 2)))
                    .with(Figure.EXACT_MATCH, fields * 0.3)
                    .with(Figure.BLEU, 60 * fields + seed)
                    .with(Figure.ROUGE_L, 0.8 * fields)
                    .with(Figure.FORGETTING, forgetting + 0.01 * (seed - 2))
                    .with(Figure.TRAINING_TOKENS_PER_SECOND, 245_000 / seconds + 60 * random.nextDouble())
                    .with(Figure.TRAINING_SECONDS, seconds + random.nextDouble())
                    .with(Figure.SECONDS_TO_BEST, seconds * 0.9 + random.nextDouble())
                    .with(Figure.RUN_SECONDS, seconds + 11 + random.nextDouble())
                    .with(Figure.PEAK_MEMORY, memory + 4e6 * random.nextDouble())
                    .with(Figure.ADAPTER_BYTES, 4 * parameters + 2600)
                    .with(Figure.START_UP_SECONDS, 1.2 + 0.1 * random.nextDouble())
                    .with(Figure.GENERATION_TOKENS_PER_SECOND, 690 + 30 * random.nextDouble())
                    .with(Figure.GENERATION_TOKENS_PER_SECOND_OFF, 800 + 20 * random.nextDouble())
                    .with(Figure.MERGE_ERROR, 2.1e-6);
            runs.add(new SeedRun(seed, Outcome.ok(), figures, curve(reached, seconds, random), answers(index)));
        }
        List<Trial> trials = swept ? trials(loss) : List.of();
        return new ReportRow(
                label,
                method,
                true,
                settings,
                Outcome.ok(),
                Figures.none().with(Figure.RUN_SECONDS, (seconds + 11) * 1.08).with(Figure.PEAK_MEMORY, memory * 0.95),
                trials,
                runs);
    }

    private static List<Trial> trials(double loss) {
        List<Trial> trials = new ArrayList<>();
        String[] rates = {"0.001", "0.003", "0.01"};
        for (int i = 0; i < rates.length; i++) {
            trials.add(new Trial(
                    Map.of("learning-rate", rates[i]),
                    Outcome.ok(),
                    Figures.none().with(Figure.HELD_OUT_LOSS, loss + Math.abs(i - 1) * 0.04),
                    i == 1));
        }
        return trials;
    }

    private static List<CurvePoint> curve(double reached, double seconds, SplittableRandom random) {
        List<CurvePoint> curve = new ArrayList<>();
        for (int step = 0; step <= 200; step += 5) {
            double loss = reached + (6.14 - reached) * Math.exp(-step / 18.0);
            double at = seconds * step / 200;
            if (step % 20 == 0) {
                curve.add(CurvePoint.heldOut(step, at, loss));
            }
            if (step > 0) {
                curve.add(CurvePoint.train(step, at, loss * (0.9 + 0.2 * random.nextDouble())));
            }
        }
        return curve;
    }

    private static List<String> answers(int index) {
        return switch (index) {
            case 1, 5 ->
                List.of(
                        "Come to York Chapel on Saturday at 4 pm for the River Supper, hosted by Kate Lane. Entry is free.",
                        ATTACK);
            case 2 -> List.of(REFERENCE, "Reference " + ATTACK);
            case 3 -> List.of("Join Kate Lane for the River Walk at York Chapel on Sunday at 4 pm. Entry is free.", "");
            default -> List.of("The River Supper is on Saturday at 4 pm in York. It is free.", "nothing\nof note");
        };
    }
}
