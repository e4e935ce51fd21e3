package org.peft4j.runtime;

import java.util.function.DoubleUnaryOperator;

/**
 * A warm-up in a straight line, then a curve.
 *
 * @param name its name
 * @param curve from the share of the way behind the warm-up (0 to 1) to the share of the rate (1 to 0)
 */
record FallingSchedule(String name, DoubleUnaryOperator curve) implements ScheduleFactory<WarmupSettings> {
    static final FallingSchedule CONSTANT = new FallingSchedule("constant", way -> 1);
    static final FallingSchedule LINEAR = new FallingSchedule("linear", way -> 1 - way);
    static final FallingSchedule COSINE = new FallingSchedule("cosine", way -> (1 + Math.cos(Math.PI * way)) / 2);

    @Override
    public Class<WarmupSettings> configType() {
        return WarmupSettings.class;
    }

    @Override
    public Schedule create(WarmupSettings config, long totalSteps) {
        long warmup = config.warmupSteps();
        return step -> {
            if (step < warmup) {
                return (step + 1.0) / warmup;
            }
            double way = (double) (step - warmup) / Math.max(1, totalSteps - warmup);
            double share = curve.applyAsDouble(Math.min(1, way));
            return config.finalShare() + (1 - config.finalShare()) * share;
        };
    }
}
