package org.peft4j.report;

import java.util.OptionalDouble;

/**
 * A point of a run's loss curve.
 *
 * @param step steps done, 0 for before training
 * @param seconds of training until here, evaluations left out
 * @param trainLoss loss of the training batches at this point, in nats a token
 * @param heldOutLoss held-out loss at this point, in nats a token
 */
public record CurvePoint(int step, double seconds, OptionalDouble trainLoss, OptionalDouble heldOutLoss) {
    /** A point with a training loss. */
    public static CurvePoint train(int step, double seconds, double loss) {
        return new CurvePoint(step, seconds, finite(loss), OptionalDouble.empty());
    }

    /** A point with a held-out loss. */
    public static CurvePoint heldOut(int step, double seconds, double loss) {
        return new CurvePoint(step, seconds, OptionalDouble.empty(), finite(loss));
    }

    private static OptionalDouble finite(double value) {
        return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
    }
}
