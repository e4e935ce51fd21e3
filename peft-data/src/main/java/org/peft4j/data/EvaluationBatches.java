package org.peft4j.data;

import java.util.ArrayList;
import java.util.List;

/** Batches for evaluation: in the examples' order, each example once. */
public final class EvaluationBatches {
    private EvaluationBatches() {}

    /**
     * Cuts examples into batches.
     *
     * @param maxTokens the most tokens of a batch; an example longer than that is a batch of its own
     */
    public static List<List<Example>> of(List<Example> examples, int maxTokens) {
        List<List<Example>> batches = new ArrayList<>();
        List<Example> current = new ArrayList<>();
        long tokens = 0;
        for (Example example : examples) {
            if (!current.isEmpty() && tokens + example.length() > maxTokens) {
                batches.add(List.copyOf(current));
                current.clear();
                tokens = 0;
            }
            current.add(example);
            tokens += example.length();
        }
        if (!current.isEmpty()) {
            batches.add(List.copyOf(current));
        }
        return List.copyOf(batches);
    }
}
