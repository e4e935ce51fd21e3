package org.peft4j.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.peft4j.data.Dataset;
import org.peft4j.data.EvaluationBatches;
import org.peft4j.data.Example;
import org.peft4j.data.RowText;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Batch;
import org.peft4j.model.Generator;
import org.peft4j.model.Sampling;

/** Measures a model on held-out data. */
public final class Evaluator {
    /** Tokens that go through the model at once. */
    static final int BATCH_TOKENS = 4096;

    private final PeftModel owner;
    private final AdaptedModel model;

    /** Measures this model with these adapters. */
    public Evaluator(PeftModel owner, AdaptedModel model) {
        this.owner = owner;
        this.model = model;
    }

    /** The mean loss over all predicted tokens. */
    public Evaluation loss(Dataset data) {
        return loss(data, () -> false).orElseThrow();
    }

    /**
     * The mean loss over all predicted tokens.
     *
     * @param broken is asked now and then whether to break off
     * @return empty where it was broken off
     */
    Optional<Evaluation> loss(Dataset data, BooleanSupplier broken) {
        long start = System.nanoTime();
        double sum = 0;
        long tokens = 0;
        for (List<Example> examples : EvaluationBatches.of(data.examples(), BATCH_TOKENS)) {
            if (broken.getAsBoolean()) {
                return Optional.empty();
            }
            Batch batch = batch(examples);
            if (batch.targetCount() > 0) {
                sum += model.loss(batch);
                tokens += batch.targetCount();
            }
        }
        double seconds = (System.nanoTime() - start) * 1e-9;
        return Optional.of(new Evaluation(sum / tokens, tokens, data.examples().size(), seconds));
    }

    static Batch batch(List<Example> examples) {
        return Batch.of(examples.stream()
                .map(e -> new Batch.Sequence(e.tokens(), e.targets()))
                .toList());
    }

    /** Generates from the prompts of the first rows. */
    public Samples samples(Dataset data, SampleSettings settings) {
        List<Example> examples = prompts(data, Math.max(settings.shown(), settings.checked()));
        if (examples.isEmpty()) {
            return new Samples(List.of(), 0, 0);
        }
        List<int[]> ids = new Generator(
                        model,
                        Sampling.greedy(settings.maxNewTokens()),
                        owner.tokenizer().eosIds())
                .lean()
                .generate(examples.stream().map(Example::promptTokens).toList(), (i, id) -> {});
        List<Sample> shown = new ArrayList<>();
        int checked = 0;
        int complete = 0;
        for (int i = 0; i < examples.size(); i++) {
            String text = owner.tokenizer().decode(ids.get(i));
            if (i < settings.shown()) {
                shown.add(sample(examples.get(i), text));
            }
            if (i < settings.checked() && examples.get(i).row().fields().get("fields") instanceof Map<?, ?> fields) {
                checked++;
                complete += fields.values().stream().allMatch(v -> text.contains(String.valueOf(v))) ? 1 : 0;
            }
        }
        return new Samples(shown, checked, complete);
    }

    private List<Example> prompts(Dataset data, int most) {
        int room = model.room() - 1;
        return data.examples().stream()
                .filter(e -> !(e.row().text() instanceof RowText.Plain))
                .filter(e -> e.promptTokens().length > 0 && e.promptTokens().length < room)
                .limit(most)
                .toList();
    }

    private Sample sample(Example example, String generated) {
        int[] prompt = example.promptTokens();
        int[] rest = java.util.Arrays.copyOfRange(example.tokens(), prompt.length, example.length());
        return new Sample(
                owner.tokenizer().decode(prompt).strip(),
                owner.tokenizer().decode(rest).strip(),
                generated.strip());
    }
}
