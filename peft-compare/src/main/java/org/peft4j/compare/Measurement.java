package org.peft4j.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.peft4j.data.DataRow;
import org.peft4j.data.DataSettings;
import org.peft4j.data.DataSource;
import org.peft4j.data.Dataset;
import org.peft4j.data.Example;
import org.peft4j.data.RowText;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Generator;
import org.peft4j.model.Sampling;
import org.peft4j.report.Figure;
import org.peft4j.runtime.Evaluator;

/** What is measured once training is over: generations against references, speed of generation, and what was forgotten. */
final class Measurement {
    /** Texts that are generated at once. */
    private static final int AT_ONCE = 16;

    private static final int SPEED_PROMPTS = 8;
    private static final int SPEED_TOKENS = 32;
    private static final int SPEED_RUNS = 5;
    private static final int PROBE_TOKENS = 8;
    /** Seconds. */
    private static final double SHORT_TRIAL = 1;

    private final UnitSession session;
    private final AdaptedModel on;
    private final AdaptedModel off;
    private final UnitResult.Notes notes;
    private final UnitListener listener;

    /**
     * Prepares measuring.
     *
     * @param on the base with what was trained
     * @param off the base without
     */
    Measurement(UnitSession session, AdaptedModel on, AdaptedModel off, UnitResult.Notes notes, UnitListener listener) {
        this.session = session;
        this.on = on;
        this.off = off;
        this.notes = notes;
        this.listener = listener;
    }

    void all(Optional<Dataset> heldOut) {
        GenerationSettings settings = session.request().generation();
        List<Prompt> prompts =
                heldOut.map(rows -> prompts(rows, settings.prompts())).orElse(List.of());
        if (!prompts.isEmpty()) {
            listener.progress("generating", 0, 0, Double.NaN);
            answers(prompts, settings);
            notes.lap("generating");
            speed(prompts);
            notes.lap("generation speed");
        }
        if (!session.request().general().isEmpty()) {
            listener.progress("general text", 0, 0, Double.NaN);
            forgetting();
            notes.lap("general text");
        }
    }

    /** A little of everything, to tell how long all of it will take. */
    void probe(Optional<Dataset> heldOut) {
        GenerationSettings settings = session.request().generation();
        List<Prompt> prompts =
                heldOut.map(rows -> prompts(rows, settings.prompts())).orElse(List.of());
        if (!prompts.isEmpty()) {
            List<int[]> some =
                    prompts.stream().limit(SPEED_PROMPTS).map(Prompt::tokens).toList();
            perSecond(on, some, PROBE_TOKENS);
            double speed = perSecond(on, some, Math.min(PROBE_TOKENS, settings.maxNewTokens()));
            notes.numbers.put("generation tokens a second", speed);
            notes.numbers.put("answer tokens a second", answerSpeed(prompts, speed));
            notes.numbers.put("prompts", (double) prompts.size());
            notes.numbers.put("reference tokens", (double) referenceTokens(prompts));
            int length = Math.min(SPEED_TOKENS, settings.maxNewTokens());
            notes.numbers.put("speed tokens", (double) SPEED_RUNS * some.size() * length);
        }
        if (!session.request().general().isEmpty()) {
            notes.numbers.put("general tokens", (double) generalText().counts().tokens());
        }
    }

    /** All prompts at once are faster, a token, than a few; tried where it doesn't take long. */
    private double answerSpeed(List<Prompt> prompts, double speed) {
        if (prompts.size() * PROBE_TOKENS / speed > SHORT_TRIAL) {
            return speed;
        }
        List<int[]> all = prompts.stream().map(Prompt::tokens).toList();
        perSecond(on, all, PROBE_TOKENS);
        return Math.max(speed, perSecond(on, all, PROBE_TOKENS));
    }

    private long referenceTokens(List<Prompt> prompts) {
        return prompts.stream()
                .mapToLong(
                        p -> session.model().tokenizer().encode(p.references().get(0)).length + 1)
                .sum();
    }

    /** A prompt with all that its rows answer. */
    private record Prompt(int[] tokens, String text, List<String> references, List<Object> fields) {}

    /** The first different prompts. */
    private List<Prompt> prompts(Dataset rows, int most) {
        Map<String, Prompt> found = new LinkedHashMap<>();
        for (Example example : rows.examples()) {
            int[] tokens = example.promptTokens();
            if (tokens.length == 0 || example.row().text() instanceof RowText.Plain) {
                continue;
            }
            String text = session.model().tokenizer().decode(tokens).strip();
            if (!found.containsKey(text) && found.size() == most) {
                continue;
            }
            found.computeIfAbsent(text, t -> new Prompt(tokens, t, new ArrayList<>(), fields(example)))
                    .references()
                    .add(reference(example));
        }
        return List.copyOf(found.values());
    }

    private static List<Object> fields(Example example) {
        return example.row().fields().get("fields") instanceof Map<?, ?> fields
                ? new ArrayList<>(fields.values())
                : List.of();
    }

    private String reference(Example example) {
        if (example.row().text() instanceof RowText.Completion completion) {
            return completion.completion().strip();
        }
        int[] tokens = example.tokens();
        int prompt = example.promptTokens().length;
        return session.model()
                .tokenizer()
                .decode(java.util.Arrays.copyOfRange(tokens, prompt, tokens.length))
                .strip();
    }

    private void answers(List<Prompt> prompts, GenerationSettings settings) {
        Set<Integer> stops = session.model().tokenizer().eosIds();
        Generator generator = new Generator(on, Sampling.greedy(settings.maxNewTokens()), stops);
        TextScores scores = new TextScores();
        List<UnitResult.Answer> shown = new ArrayList<>();
        for (int from = 0; from < prompts.size(); from += AT_ONCE) {
            List<Prompt> part = prompts.subList(from, Math.min(prompts.size(), from + AT_ONCE));
            List<int[]> ids =
                    generator.generate(part.stream().map(Prompt::tokens).toList(), (index, id) -> {});
            for (int i = 0; i < part.size(); i++) {
                Prompt prompt = part.get(i);
                String answer = session.model().tokenizer().decode(ids.get(i)).strip();
                scores.add(answer, prompt.references(), prompt.fields());
                notes.numbers.merge("generated tokens", (double) ids.get(i).length, Double::sum);
                if (shown.size() < settings.shown()) {
                    shown.add(new UnitResult.Answer(
                            prompt.text(), prompt.references().get(0), answer));
                }
            }
        }
        scores.figures().forEach((figure, value) -> notes.figures.put(figure.key(), value));
        notes.examples = shown;
    }

    private void speed(List<Prompt> prompts) {
        List<int[]> tokens =
                prompts.stream().limit(SPEED_PROMPTS).map(Prompt::tokens).toList();
        int length = Math.min(SPEED_TOKENS, session.request().generation().maxNewTokens());
        Supplier<Double> with = () -> perSecond(on, tokens, length);
        Supplier<Double> without = () -> perSecond(off, tokens, length);
        perSecond(off, tokens, length); // the base alone has not generated yet
        double onBest = with.get();
        double offBest = without.get();
        onBest = Math.max(onBest, with.get());
        offBest = Math.max(offBest, without.get());
        notes.figures.put(Figure.GENERATION_TOKENS_PER_SECOND.key(), onBest);
        notes.figures.put(Figure.GENERATION_TOKENS_PER_SECOND_OFF.key(), offBest);
    }

    private static double perSecond(AdaptedModel model, List<int[]> prompts, int length) {
        long start = System.nanoTime();
        List<int[]> made = new Generator(model, Sampling.greedy(length).withoutStop(), Set.of())
                .generate(prompts, (index, id) -> {});
        return made.stream().mapToInt(t -> t.length).sum() / ((System.nanoTime() - start) * 1e-9);
    }

    private void forgetting() {
        Dataset text = generalText();
        double lossOn = new Evaluator(session.model(), on).loss(text).loss();
        double lossOff = new Evaluator(session.model(), off).loss(text).loss();
        notes.figures.put(Figure.GENERAL_LOSS_ON.key(), lossOn);
        notes.figures.put(Figure.GENERAL_LOSS_OFF.key(), lossOff);
        notes.figures.put(Figure.FORGETTING.key(), lossOn - lossOff);
    }

    /** The first of the general texts. */
    private Dataset generalText() {
        UnitRequest request = session.request();
        DataSettings reading = DataSettings.upTo(Math.min(request.generalTokens(), Math.min(on.room(), off.room())));
        List<DataRow> rows;
        DataSource source = session.peft().source(request.general(), reading);
        try (Stream<DataRow> all = source.rows()) {
            rows = all.limit(request.generalSamples()).toList();
        }
        return Dataset.read(new Texts(source.name(), rows), session.model().tokenizing(), reading);
    }

    /** Rows that have been read. */
    private record Texts(String name, List<DataRow> list) implements DataSource {
        @Override
        public Stream<DataRow> rows() {
            return list.stream();
        }
    }
}
