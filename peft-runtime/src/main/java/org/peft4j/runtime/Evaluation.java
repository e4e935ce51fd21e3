package org.peft4j.runtime;

/**
 * The loss on held-out data.
 *
 * @param loss mean over predicted tokens, in nats
 * @param tokens number of predicted tokens
 * @param sequences number of sequences
 * @param seconds how long it took
 */
public record Evaluation(double loss, long tokens, int sequences, double seconds) {
    /** The exponential of the loss. */
    public double perplexity() {
        return Math.exp(loss);
    }
}
