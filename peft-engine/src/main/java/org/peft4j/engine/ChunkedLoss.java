package org.peft4j.engine;

/**
 * A loss over rows whose outputs are too many to keep: each chunk of rows is run forward and backward at once on a tape of its
 * own, so that only the rows' gradients remain.
 */
public final class ChunkedLoss {
    private static final int STEP = 16;

    private ChunkedLoss() {}

    /** Computes the loss of some rows. */
    public interface Body {
        /**
         * The loss [1] of rows {@code from} to {@code to}, written on {@code child}.
         *
         * @param rows those rows, [to - from, cols]
         */
        Tensor loss(Tape child, Tensor rows, int from, int to);
    }

    /**
     * How many rows there are in the longest chunk, where {@code most} may be there at once: as few chunks, as even ones, as can be,
     * in steps of the rows that a product takes at once.
     */
    public static int chunk(long rows, int most) {
        long chunks = Math.max(1, (rows + most - 1) / most);
        long even = (rows + chunks - 1) / chunks;
        return (int) Math.min(Math.min(most, rows), (even + STEP - 1) / STEP * STEP);
    }

    /**
     * The sum of the chunks' losses, [1]. What it is added to or multiplied with must leave its gradient at 1: parameters inside
     * {@code body} have theirs already when this returns.
     *
     * @param most rows of a chunk
     */
    public static Tensor apply(Tape tape, Tensor x, int most, Body body) {
        int chunk = chunk(x.rows, most);
        boolean wanted = x.needsGradient;
        if (wanted) {
            tape.frozenProducts().beforeMostMemory();
        }
        Tensor gradient = tape.fresh(false, x.rows, x.cols);
        if (wanted) {
            gradient.value.fill(0f);
        }
        double sum = 0;
        for (int from = 0; from < x.rows; from += chunk) {
            int n = Math.min(chunk, x.rows - from);
            Tensor rows = new Tensor(null, new long[] {n, x.cols}, x.value().slice(from * x.cols, n * x.cols), wanted);
            if (wanted) {
                rows.gradient = new Tensor.Gradient(gradient.value.slice(from * x.cols, n * x.cols));
            }
            try (Tape child = tape.child()) {
                Tensor loss = body.loss(child, rows, from, from + n);
                sum += loss.value().get(0);
                child.backward(loss);
            }
        }
        Tensor loss = tape.fresh(true, 1);
        loss.value.put(0, (float) sum);
        tape.record(
                loss,
                () -> {
                    if (wanted) {
                        float beta = tape.openGradient(x);
                        float upstream = loss.gradient.buf.get(0);
                        Elementwise.axpy(tape.workers(), upstream, gradient.value(), beta, x.gradient.buf);
                    }
                },
                gradient);
        return loss;
    }
}
