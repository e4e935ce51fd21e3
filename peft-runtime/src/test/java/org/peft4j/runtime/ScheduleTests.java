package org.peft4j.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The learning rate over a run. */
class ScheduleTests {
    private static double factor(FallingSchedule kind, int warmup, double last, long step) {
        return kind.create(new WarmupSettings(warmup, last), 100).factor(step);
    }

    @Test
    void theWarmUpRisesInAStraightLineAndNeverStartsAtZero() {
        assertThat(factor(FallingSchedule.CONSTANT, 10, 0, 0)).isCloseTo(0.1, within(1e-12));
        assertThat(factor(FallingSchedule.COSINE, 10, 0, 4)).isCloseTo(0.5, within(1e-12));
        assertThat(factor(FallingSchedule.LINEAR, 10, 0, 9)).isCloseTo(1, within(1e-12));
    }

    @Test
    void behindItEachKindFallsItsOwnWay() {
        assertThat(factor(FallingSchedule.CONSTANT, 0, 0, 99)).isEqualTo(1);
        assertThat(factor(FallingSchedule.LINEAR, 0, 0, 25)).isCloseTo(0.75, within(1e-12));
        assertThat(factor(FallingSchedule.COSINE, 0, 0, 50)).isCloseTo(0.5, within(1e-12));
        assertThat(factor(FallingSchedule.COSINE, 20, 0, 60)).isCloseTo(0.5, within(1e-12));
    }

    @Test
    void theFinalShareIsWhatIsLeft() {
        assertThat(factor(FallingSchedule.LINEAR, 0, 0.1, 100)).isCloseTo(0.1, within(1e-12));
        assertThat(factor(FallingSchedule.COSINE, 0, 0.1, 50)).isCloseTo(0.55, within(1e-12));
    }
}
