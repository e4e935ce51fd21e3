package org.peft4j.model;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
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
        double[] weights = new double[logits.length];
        float largest = logits[argmax(logits)];
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.exp((logits[i] - largest) / temperature);
            sum += weights[i];
        }
        if (topP == 1 && (topK == 0 || topK >= weights.length)) {
            return draw(weights, weights.length, i -> i, random.nextDouble() * sum);
        }
        int[] order = likeliest(weights, sum);
        double reach = 0;
        double kept = 0;
        for (int id : order) {
            kept += weights[id];
        }
        int count = 0;
        while (count < order.length && (count == 0 || reach < topP * (topK == 0 ? sum : kept))) {
            reach += weights[order[count++]];
        }
        return draw(weights, count, i -> order[i], random.nextDouble() * reach);
    }

    /** The tokens that may be chosen, the likeliest first; equal ones by their ids. Only those that can matter are sorted. */
    private int[] likeliest(double[] weights, double sum) {
        double least = topK == 0 ? 0 : smallestOfLargest(weights, Math.min(topK, weights.length));
        if (topK == 0) {
            // All that are less likely than this together don't make up what top-p leaves out.
            least = (1 - topP) * sum / weights.length;
        }
        double bound = least;
        int[] order = IntStream.range(0, weights.length)
                .filter(i -> weights[i] >= bound)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -weights[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        return topK == 0 || order.length <= topK ? order : Arrays.copyOf(order, topK);
    }

    /** The smallest of the k largest values. */
    private static double smallestOfLargest(double[] values, int k) {
        PriorityQueue<Double> largest = new PriorityQueue<>(k);
        for (double v : values) {
            if (largest.size() < k) {
                largest.add(v);
            } else if (v > largest.peek()) {
                largest.poll();
                largest.add(v);
            }
        }
        return largest.element();
    }

    private static int draw(double[] weights, int count, IntUnaryOperator id, double at) {
        double rest = at;
        int i = 0;
        for (; i < count - 1 && rest >= weights[id.applyAsInt(i)]; i++) {
            rest -= weights[id.applyAsInt(i)];
        }
        return id.applyAsInt(i);
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
