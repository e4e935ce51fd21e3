package org.peft4j.model;

/**
 * The arithmetic of one training step's matrix products: two operations for each multiply-add. It follows from shapes and from
 * what is trained, not from how it is computed: the masked half of causal attention isn't in it, nor what is computed a second
 * time, nor gradients that nothing asks for, nor what lies behind the last layer's attention at rows that nothing is predicted from.
 *
 * @param forward of the base's linear layers, the output head left out
 * @param inputGradients of their inputs
 * @param weightGradients of those of their weights that are trained
 * @param adapters low-rank products and their like, forward and backward
 * @param attention scores and weighted sums, forward and backward
 * @param head the output head at the positions that count, forward and backward
 * @param half what of all this may be computed in bfloat16: products with frozen weights that the base's precision rounds
 */
public record ProductCount(
        double forward,
        double inputGradients,
        double weightGradients,
        double adapters,
        double attention,
        double head,
        double half) {
    /** Counts a step of {@link AdaptedModel#lossAndGradients} on a batch. */
    public static ProductCount of(AdaptedModel model, Batch batch) {
        return new ProductCounting(model, batch).count();
    }

    /** All of it. */
    public double total() {
        return forward + inputGradients + weightGradients + adapters + attention + head;
    }

    /** The seconds it takes at these rates, in operations a second. */
    public double secondsAt(double single, double halfRate) {
        return (total() - half) / single + half / halfRate;
    }
}
