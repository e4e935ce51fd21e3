package org.peft4j.engine.arrays;

import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Loops over arrays that decide how fast a run is outside of its products: in plain Java, or with the Vector API where the JDK has it.
 * Both do the same; numbers that go through an exponential or a sum may differ in the last bits.
 */
public interface ArrayKernels {
    /** The system property that holds the engine to its Java kernels when it is {@code plain}: to compare, or to look for a fault. */
    String CHOICE = "peft.kernels";

    /** Numbers of a piece: five such pieces fit the first-level cache. */
    int PIECE = 1024;

    /** Numbers of a row, and of a whole operation, from which on vectors are worth it. */
    int LONG_ROW = 512;

    /** As {@link #LONG_ROW}, of all numbers. */
    int MANY = 1 << 19;

    /** Whether only plain Java was asked for. */
    static boolean plainOnly() {
        return "plain".equals(System.getProperty(CHOICE));
    }

    /** Those of large work. */
    static ArrayKernels fastest() {
        return Chosen.KERNELS;
    }

    /**
     * Those for a loop over so many numbers. Until they are compiled, kernels with vectors are a hundred times slower than afterwards:
     * short rows, which are those of small models and short runs, would not make up for that.
     */
    static ArrayKernels ofRow(int numbers) {
        return numbers >= LONG_ROW ? Chosen.KERNELS : Chosen.PLAIN;
    }

    /** Those for an operation on so many numbers in all, alike. */
    static ArrayKernels of(long numbers) {
        return numbers >= MANY ? Chosen.KERNELS : Chosen.PLAIN;
    }

    /** Finds kernels that need more than every JDK has. */
    interface Source {
        /** Kernels that are faster than plain Java here, or nothing. */
        Optional<ArrayKernels> kernels();
    }

    /** What they are, for people. */
    String description();

    /** The largest of some values; a NaN among them may be passed over. */
    float max(float[] v, int from, int to);

    /** The sum of n values, in an order that depends on n alone. */
    float sum(float[] v, int from, int n);

    /** The sum of products of the first n values, in an order that depends on n alone. */
    float dot(float[] a, float[] b, int n);

    /** Replaces n numbers by their exponentials, between exp(-87) and exp(88), with a relative error below 3e-7. */
    void exp(float[] v, int from, int n);

    /** {@code y = silu(g) * u} of n numbers, at most {@link FastExp#MOST}. */
    default void swiglu(float[] g, float[] u, float[] y, int n) {
        float[] s = FastExp.sigmoids(this, g, n);
        for (int i = 0; i < n; i++) {
            y[i] = g[i] * s[i] * u[i];
        }
    }

    /**
     * {@code dg = dy * u * silu'(g)} and {@code du = dy * silu(g)} of n numbers, at most {@link FastExp#MOST}.
     *
     * @param dg may be one of the operands; so may {@code du}, another one
     */
    default void swigluGradients(float[] dy, float[] g, float[] u, float[] dg, float[] du, int n) {
        float[] s = FastExp.sigmoids(this, g, n);
        for (int i = 0; i < n; i++) {
            float slope = dy[i] * s[i];
            float up = slope * g[i];
            dg[i] = slope * u[i] * (1f + g[i] * (1f - s[i]));
            du[i] = up;
        }
    }

    /** Rounds n numbers from {@code from} on to bfloat16, ties to the even neighbour; NaN stays NaN. */
    void round(float[] x, int from, short[] half, int n);

    /** What {@link #round} rounded, as fp32. */
    void widen(short[] half, float[] x, int n);

    /** {@code into[i * row.length + j] = column[i] * row[j]}, for the first n of the column. */
    default void outer(float[] column, int n, float[] row, float[] into) {
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < row.length; j++) {
                into[i * row.length + j] = column[i] * row[j];
            }
        }
    }

    /**
     * Looks 4-bit codes up, each block of them in its own table.
     *
     * @param tables sixteen numbers a block, block by block, and room for sixteen more
     * @param block elements of a block, an even number
     * @param codes two a byte, the first in the high half
     * @param blocks how many
     * @param into takes the elements from {@code offset} on
     */
    default void lookUp(short[] tables, int block, byte[] codes, int blocks, short[] into, int offset) {
        int out = offset;
        for (int b = 0; b < blocks; b++) {
            int table = 16 * b;
            for (int i = b * block / 2; i < (b + 1) * block / 2; i++) {
                into[out++] = tables[table + (codes[i] >> 4 & 0xf)];
                into[out++] = tables[table + (codes[i] & 0xf)];
            }
        }
    }

    /** Chosen once, when first asked. */
    final class Chosen {
        static final ArrayKernels PLAIN = new PlainKernels();
        static final ArrayKernels KERNELS = plainOnly() ? PLAIN : found();

        private static ArrayKernels found() {
            return ServiceLoader.load(Source.class, Source.class.getClassLoader()).stream()
                    .flatMap(source -> source.get().kernels().stream())
                    .findFirst()
                    .orElse(PLAIN);
        }

        private Chosen() {}
    }
}
