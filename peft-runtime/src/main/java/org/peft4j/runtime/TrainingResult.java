package org.peft4j.runtime;

import java.util.Optional;
import org.peft4j.model.Adapter;

/**
 * What a run came to.
 *
 * @param adapter the trained adapter
 * @param reason why it ended
 * @param steps optimizer steps whose result the adapter holds
 * @param trainLoss mean loss of the last (at most 10) of those steps
 * @param before held-out loss before training
 * @param after held-out loss of the adapter
 * @param tokens tokens that went through the model in training
 * @param seconds time of the training steps, without evaluations
 */
public record TrainingResult(
        Adapter adapter,
        StopReason reason,
        long steps,
        double trainLoss,
        Optional<Evaluation> before,
        Optional<Evaluation> after,
        long tokens,
        double seconds) {
    /** Tokens per second of training. */
    public double tokensPerSecond() {
        return seconds == 0 ? 0 : tokens / seconds;
    }
}
