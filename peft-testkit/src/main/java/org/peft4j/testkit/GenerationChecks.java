package org.peft4j.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Batch;
import org.peft4j.model.BatchGenerator;
import org.peft4j.model.Generator;
import org.peft4j.model.Sampling;

/** Sequences side by side, and token by token. */
final class GenerationChecks {
    private static final int NEW = 8;

    private GenerationChecks() {}

    static <C extends Record> void batch(Trial<C> trial) {
        AdaptedModel model = AdaptedModel.of(trial.base(), trial.moved(1));
        double together = model.loss(
                Batch.of(Trial.texts().stream().map(t -> Batch.Sequence.of(t)).toList()));
        double alone = 0;
        for (int[] text : Trial.texts()) {
            alone += model.loss(Batch.of(List.of(Batch.Sequence.of(text))));
        }
        if (!(Math.abs(together - alone) <= 1e-5 * alone)) {
            throw Trial.fault(
                    String.format("A batch's loss is %.6f, its sequences' alone add up to %.6f.", together, alone),
                    "Rows of an activation are tokens of all sequences: a hook must not mix them, nor count on how many there are.");
        }
    }

    /** In a loss of a few tokens the last layer leaves out the rows that nothing is predicted from. */
    static <C extends Record> void fewTargets(Trial<C> trial) {
        AdaptedModel model = AdaptedModel.of(trial.base(), trial.moved(1));
        for (int[] text : Trial.texts()) {
            int at = text.length - 2;
            boolean[] trained = new boolean[text.length];
            trained[at] = true;
            double loss = model.loss(Batch.of(List.of(new Batch.Sequence(text, trained))));
            double expected = surprise(model.logits(text)[at - 1], text[at]);
            if (!(Math.abs(loss - expected) <= 1e-5 * Math.max(1, expected))) {
                throw Trial.fault(
                        String.format(
                                "The loss of one token is %.6f, by the logits of the whole text it is %.6f.",
                                loss, expected),
                        "Behind the last layer's attention a hook sees only the rows that are predicted from: what it makes of a"
                                + " row must not depend on which others are there, nor on how many.");
            }
        }
    }

    /** Minus the logarithm of a token's probability. */
    private static double surprise(float[] logits, int token) {
        double most = logits[largest(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - most);
        }
        return most + Math.log(sum) - logits[token];
    }

    static <C extends Record> void cache(Trial<C> trial) {
        AdaptedModel model = AdaptedModel.of(trial.base(), trial.moved(1));
        List<int[]> cached = new Generator(model, Sampling.greedy(NEW).withoutStop(), Set.of())
                .generate(Trial.texts(), (index, id) -> {});
        for (int i = 0; i < cached.size(); i++) {
            int[] text = Trial.texts().get(i);
            int[] plain = uncached(model, text, cached.get(i).length);
            if (!Arrays.equals(plain, cached.get(i))) {
                throw Trial.fault(
                        "With the cache the model continues " + Arrays.toString(text) + " with "
                                + Arrays.toString(cached.get(i)) + ", without it with " + Arrays.toString(plain) + ".",
                        "A hook sees only the new tokens when there is a cache: it can't count on seeing a sequence's start, and"
                                + " what it adds to keys and values goes through AttentionCall.withPrefix.");
            }
        }
    }

    static <C extends Record> void requests(Trial<C> trial) {
        List<AdaptedModel> models = List.of(
                AdaptedModel.of(trial.base(), trial.moved(1)),
                AdaptedModel.of(trial.base()),
                AdaptedModel.of(trial.base(), trial.moved(2)),
                AdaptedModel.of(
                        trial.base(), trial.moved(trial.base(), "inner", 3), trial.moved(trial.base(), "outer", 4)));
        List<BatchGenerator.Request> requests = new ArrayList<>();
        for (int i = 0; i < 2 * models.size(); i++) {
            int[] text = Trial.texts().get(i % Trial.texts().size());
            requests.add(new BatchGenerator.Request(models.get(i % models.size()), text));
        }
        BatchGenerator generator = new BatchGenerator(Sampling.greedy(NEW).withoutStop(), Set.of());
        List<int[]> together = generator.generate(requests, (index, id) -> {});
        for (int i = 0; i < requests.size(); i++) {
            int[] text = requests.get(i).prompt();
            int[] alone = uncached(requests.get(i).model(), text, together.get(i).length);
            if (!Arrays.equals(alone, together.get(i))) {
                throw Trial.fault(
                        "Beside requests with other adapters the model continues " + Arrays.toString(text) + " with "
                                + Arrays.toString(together.get(i)) + ", alone with " + Arrays.toString(alone) + ".",
                        "In a batch of requests a hook sees its own adapter's rows only, and the base's output for the x it was"
                                + " given is made once for all: a hook must not change x's memory, nor keep anything between"
                                + " calls.");
            }
        }
    }

    private static int[] uncached(AdaptedModel model, int[] text, int count) {
        int[] all = text.clone();
        for (int i = 0; i < count; i++) {
            float[][] logits = model.logits(all);
            all = Arrays.copyOf(all, all.length + 1);
            all[all.length - 1] = largest(logits[logits.length - 1]);
        }
        return Arrays.copyOfRange(all, text.length, all.length);
    }

    private static int largest(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }
}
