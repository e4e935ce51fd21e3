package org.peft4j.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTests {
    private static final List<String> KNOWN = List.of("rank", "alpha", "target-modules", "learning-rate", "r");

    @ParameterizedTest
    @CsvSource({
        "rnak, rank",
        "Rank, rank",
        "ranks, rank",
        "alhpa, alpha",
        "targetModules, target-modules",
        "target_module, target-modules",
        "learningrte, learning-rate"
    })
    void suggestsWhatWasProbablyMeant(String typed, String meant) {
        assertThat(NearestName.of(typed, KNOWN)).contains(meant);
        assertThat(NearestName.question(typed, KNOWN)).isEqualTo("; did you mean '" + meant + "'?");
    }

    @ParameterizedTest
    @CsvSource({"dropout", "x", "modules", "zzzz"})
    void suggestsNothingWhereNothingIsNear(String typed) {
        assertThat(NearestName.of(typed, KNOWN)).isEmpty();
        assertThat(NearestName.question(typed, KNOWN)).isEmpty();
    }

    @Test
    void aSwapOfNeighboursCountsAsOneMistake() {
        assertThat(NearestName.of("abdc", List.of("abxy", "abcd"))).contains("abcd");
    }

    @Test
    void aVeryLongNameIsHandled() {
        assertThat(NearestName.of("x".repeat(1_000_000), KNOWN)).isEmpty();
    }
}
