package org.peft4j.model;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import org.peft4j.api.Setting;

/**
 * How the next token is chosen.
 *
 * @param maxNewTokens how many tokens at most
 * @param temperature divides the logits; 0 always takes the likeliest token
 * @param topK only the k likeliest tokens; 0 for all
 * @param topP only the likeliest tokens whose probabilities reach this sum
 * @param seed of the draws
 * @param stopAtEos whether an end-of-sequence token ends a sequence
 */
public record Sampling(
        @Setting(help = "most tokens to generate", value = "128")
        int maxNewTokens,

        @Setting(help = "softness of the choice; 0 takes the likeliest token", value = "0")
        double temperature,

        @Setting(help = "choose among the k likeliest tokens; 0 for all", value = "0")
        int topK,

        @Setting(help = "choose among the likeliest tokens that reach this probability", value = "1.0")
        double topP,

        @Setting(help = "seed of the draws", value = "0") long seed,

        @Setting(help = "stop at an end-of-sequence token", value = "true")
        boolean stopAtEos) {
    /** Checks the ranges. */
    public Sampling {
        require(maxNewTokens >= 1, "max-new-tokens must be at least 1, not " + maxNewTokens);
        require(temperature >= 0 && Double.isFinite(temperature), "temperature must be 0 or more, not " + temperature);
        require(topK >= 0, "top-k must be 0 or more, not " + topK);
        require(topP > 0 && topP <= 1, "top-p must be above 0 and at most 1, not " + topP);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** The likeliest token each time. */
    public static Sampling greedy(int maxNewTokens) {
        return new Sampling(maxNewTokens, 0, 0, 1, 0, true);
    }

    /** The same, going on behind end-of-sequence tokens. */
    public Sampling withoutStop() {
        return new Sampling(maxNewTokens, temperature, topK, topP, seed, false);
    }

    /** Chooses from one row of logits. */
    int choose(float[] logits, SplittableRandom random) {
        if (temperature == 0) {
            return argmax(logits);
        }
        Integer[] order = new Integer[logits.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble((Integer i) -> -logits[i]));
        int kept = topK == 0 ? logits.length : Math.min(topK, logits.length);
        double[] weights = new double[kept];
        double sum = 0;
        for (int i = 0; i < kept; i++) {
            weights[i] = Math.exp((logits[order[i]] - logits[order[0]]) / temperature);
            sum += weights[i];
        }
        double reach = 0;
        int last = 0;
        for (; last < kept - 1 && reach + weights[last] < topP * sum; last++) {
            reach += weights[last];
        }
        double draw = random.nextDouble() * (reach + weights[last]);
        int i = 0;
        for (; i < last && draw >= weights[i]; i++) {
            draw -= weights[i];
        }
        return order[i];
    }

    static int argmax(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            if (values[i] > values[best]) {
                best = i;
            }
        }
        return best;
    }
}
