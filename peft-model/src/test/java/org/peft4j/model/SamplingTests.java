package org.peft4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** How the next token is chosen. */
class SamplingTests {
    /** Probabilities 0.5, 0.25, 0.125, 0.125 at temperature 1. */
    private static final float[] LOGITS = {
        (float) Math.log(0.25), (float) Math.log(0.5), (float) Math.log(0.125), (float) Math.log(0.125)
    };

    private static Map<Integer, Double> shares(Sampling sampling) {
        Map<Integer, Double> shares = new TreeMap<>();
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 20_000; i++) {
            shares.merge(sampling.choose(LOGITS, random), 1 / 20_000.0, Double::sum);
        }
        return shares;
    }

    private static Sampling sampling(double temperature, int topK, double topP) {
        return new Sampling(1, temperature, topK, topP, 0, true);
    }

    @Test
    void atTemperatureZeroTheLikeliestIsTaken() {
        assertThat(shares(sampling(0, 0, 1))).containsOnlyKeys(1);
    }

    @Test
    void atTemperatureOneTheSharesAreTheProbabilities() {
        Map<Integer, Double> shares = shares(sampling(1, 0, 1));

        assertThat(shares.get(0)).isCloseTo(0.25, within(0.01));
        assertThat(shares.get(1)).isCloseTo(0.5, within(0.01));
        assertThat(shares.get(2)).isCloseTo(0.125, within(0.01));
    }

    @Test
    void aLowTemperatureSharpensThem() {
        assertThat(shares(sampling(0.5, 0, 1)).get(1)).isCloseTo(0.25 / (0.25 + 0.0625 + 2 * 0.015625), within(0.01));
    }

    @Test
    void topKKeepsTheKLikeliest() {
        Map<Integer, Double> shares = shares(sampling(1, 2, 1));

        assertThat(shares).containsOnlyKeys(0, 1);
        assertThat(shares.get(1)).isCloseTo(2 / 3.0, within(0.01));
    }

    @Test
    void topPKeepsTheFewestThatReachIt() {
        assertThat(shares(sampling(1, 0, 0.5))).containsOnlyKeys(1);
        assertThat(shares(sampling(1, 0, 0.6))).containsOnlyKeys(0, 1);
    }

    @Test
    void valuesThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> sampling(-1, 0, 1)).hasMessageContaining("temperature");
        assertThatThrownBy(() -> sampling(1, -1, 1)).hasMessageContaining("top-k");
        assertThatThrownBy(() -> sampling(1, 0, 0)).hasMessageContaining("top-p");
        assertThatThrownBy(() -> Sampling.greedy(0)).hasMessageContaining("max-new-tokens");
    }
}
