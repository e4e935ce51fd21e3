package org.peft4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTests {
    @ParameterizedTest
    @CsvSource({"0,0 bytes", "999,999 bytes", "1000,1.0 kB", "999949,999.9 kB", "999950,1.0 MB", "2500000000,2.5 GB"})
    void sizesAreShort(long bytes, String expected) {
        assertThat(Text.bytes(bytes)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0.005,0.005", "2e-4,2e-4", "1.5e-5,1.5e-5", "1,1", "1e30,1e30"})
    void ratesLookAsTheyAreWritten(double rate, String expected) {
        assertThat(Text.number(rate)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0.4,0 s", "59.4,59 s", "59.6,1:00 min", "3599,59:59 min", "3725,1:02:05 h", "-1,0 s"})
    void timesAreShort(double seconds, String expected) {
        assertThat(Text.time(seconds)).isEqualTo(expected);
    }

    @Test
    void paragraphsKeepWithinTheWidth() {
        String wrapped = Text.wrap("one two three four five six seven", 4, 20);

        assertThat(wrapped.lines()).allMatch(l -> l.length() <= 20).allMatch(l -> l.startsWith("    "));
        assertThat(wrapped.replaceAll("\\s+", " ").strip()).isEqualTo("one two three four five six seven");
    }
}
