package org.peft4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScaleTests {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TRAINABLE_PARAMETERS|149504|149,504",
                "TRAINABLE_SHARE|0.1447|14.5 %",
                "TRAINABLE_SHARE|0.0123|1.23 %",
                "TRAINABLE_SHARE|0.00012|0.012 %",
                "HELD_OUT_LOSS|0.18161|0.1816",
                "PERPLEXITY|1.1992|1.199",
                "PERPLEXITY|462.16|462.2",
                "BLEU|61.25|61.3",
                "FORGETTING|0.31|+0.310",
                "FORGETTING|-0.0021|-0.0021",
                "FORGETTING|0|0.000",
                "TRAINING_TOKENS_PER_SECOND|9638.4|9,638 tokens/s",
                "TRAINING_TOKENS_PER_SECOND|7.25|7.3 tokens/s",
                "START_UP_SECONDS|0.512|0.51 s",
                "TRAINING_SECONDS|41.26|41.3 s",
                "TRAINING_SECONDS|620|10.3 min",
                "TRAINING_SECONDS|9000|2.5 h",
                "PEAK_MEMORY|614000000|614 MB",
                "PEAK_MEMORY|1612000000|1.61 GB",
                "ADAPTER_BYTES|33400|33.4 KB",
                "ADAPTER_BYTES|812|812 B",
                "MERGE_ERROR|0.0000021|2.1e-6",
                "MERGE_ERROR|0|0"
            })
    void numbersHaveSensibleDigitsAndAUnit(Figure figure, double value, String shown) {
        assertThat(Prose.value(figure, value)).isEqualTo(shown);
    }

    @Test
    void aColumnHasOneUnit() {
        Scale scale = Scale.of(Figure.PEAK_MEMORY, 458e6, 2_612e6);
        assertThat(scale.text(458e6)).isEqualTo("458 MB");
        assertThat(scale.text(2_612e6)).isEqualTo("2,612 MB");
    }

    @Test
    void aSpreadStandsInTheDigitsOfItsMean() {
        assertThat(Prose.value(Figure.HELD_OUT_LOSS, new Spread(3, 0.1816, 0.00114)))
                .isEqualTo("0.1816 \u00b1 0.0011");
        assertThat(Prose.value(Figure.PEAK_MEMORY, new Spread(3, 614e6, 3.2e6))).isEqualTo("614 \u00b1 3 MB");
        assertThat(Prose.value(Figure.FORGETTING, new Spread(3, -0.31, 0.02))).isEqualTo("-0.310 \u00b1 0.020");
        assertThat(Prose.value(Figure.HELD_OUT_LOSS, new Spread(1, 0.1816, 0)))
                .as("one seed")
                .isEqualTo("0.1816");
        assertThat(Prose.value(Figure.TRAINABLE_PARAMETERS, new Spread(3, 7688, 0)))
                .isEqualTo("7,688");
    }
}
