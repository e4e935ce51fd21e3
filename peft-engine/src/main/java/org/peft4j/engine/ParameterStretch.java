package org.peft4j.engine;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Some trainable numbers as they lie in memory, their gradients, and what an optimizer keeps beside each: a rule of one number is
 * applied to all of them in one pass, on all threads. The result doesn't depend on the number of threads.
 */
public final class ParameterStretch {
    private final Workers workers;
    private final EngineParam param;
    private final Buf values;
    private final Buf gradients;
    private final Buf[] state;

    private ParameterStretch(Workers workers, EngineParam param, Buf values, Buf gradients, Buf[] state) {
        this.workers = workers;
        this.param = param;
        this.values = values;
        this.gradients = gradients;
        this.state = state;
    }

    /**
     * Those numbers of a parameter that are at {@code from} to {@code to} in the flat vectors.
     *
     * @param state holds the optimizer's numbers
     * @param at where in it those of the position {@code from} are, one place for each kind
     */
    static ParameterStretch of(Workers workers, EngineParam param, long from, long to, INDArray state, long... at) {
        int first = Math.toIntExact(from - param.position());
        int count = Math.toIntExact(to - from);
        Buf[] own = new Buf[at.length];
        for (int i = 0; i < at.length; i++) {
            own[i] = OffHeap.of(state, at[i], count);
        }
        return new ParameterStretch(
                workers, param, param.value.slice(first, count), param.gradient.buf.slice(first, count), own);
    }

    /** A step's rule for some numbers. */
    public interface Rule {
        /**
         * Changes values and state.
         *
         * @param values n numbers, and in the other arrays what belongs to them
         * @param gradients not to be changed
         * @param state a row for each kind of the optimizer's numbers
         */
        void apply(float[] values, float[] gradients, float[][] state, int n);
    }

    /** The parameter they are of. */
    public EngineParam param() {
        return param;
    }

    /** Applies a rule to all of them. */
    public void apply(Rule rule) {
        workers.split(values.length, Elementwise.GRAIN, (from, to) -> {
            int most = Math.min(Elementwise.PIECE, to - from);
            float[] v = new float[most];
            float[] g = new float[most];
            float[][] s = new float[state.length][most];
            for (int i = from; i < to; i += most) {
                int n = Math.min(most, to - i);
                values.get(i, v, 0, n);
                gradients.get(i, g, 0, n);
                for (int k = 0; k < s.length; k++) {
                    state[k].get(i, s[k], 0, n);
                }
                rule.apply(v, g, s, n);
                values.put(i, v, 0, n);
                for (int k = 0; k < s.length; k++) {
                    state[k].put(i, s[k], 0, n);
                }
            }
        });
    }
}
