package org.peft4j.vector;

import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.S2I;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.peft4j.engine.arrays.ArrayKernels;
import org.peft4j.engine.arrays.PlainKernels;

/**
 * {@link ArrayKernels} with the Vector API: over arrays only, the one form of loading that is the same from Java 17 on. What doesn't
 * fill a vector goes the way of plain Java; which numbers that are depends on their count alone. Loops that the compiler makes vectors of by
 * itself aren't here: it does so more reliably than with long chains of calls.
 */
final class VectorKernels implements ArrayKernels {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, FLOATS.vectorBitSize() / 2)));
    /** A byte, an int and two shorts a lane: what codes of four bits, two a byte, are looked up with. */
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, FLOATS.vectorBitSize() / 4)));

    private static final VectorSpecies<Short> PAIRS = FLOATS.withLanes(short.class);
    private static final int STEP = FLOATS.length();

    private static final int INFINITY = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

    private static final float LOG2E = 1.44269504f;
    private static final float LN2 = 0.69314718f;
    private static final float ROUND = 12582912f;
    private static final int ROUND_BITS = Float.floatToRawIntBits(ROUND) - 127;

    private final PlainKernels rest = new PlainKernels();

    /** Narrower vectors bring nothing over what the compiler makes of plain loops. */
    static boolean worthwhile() {
        return FLOATS.vectorBitSize() >= 256;
    }

    @Override
    public String description() {
        return "Vector API, " + FLOATS.vectorBitSize() + " bits";
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(FLOATS, value);
    }

    @Override
    public float max(float[] v, int from, int to) {
        float most = Float.NEGATIVE_INFINITY;
        int i = from;
        if (to - from >= 2 * STEP) {
            FloatVector m0 = all(Float.NEGATIVE_INFINITY);
            FloatVector m1 = m0;
            for (; i + 2 * STEP <= to; i += 2 * STEP) {
                FloatVector a = FloatVector.fromArray(FLOATS, v, i);
                FloatVector b = FloatVector.fromArray(FLOATS, v, i + STEP);
                m0 = m0.blend(a, a.compare(GT, m0));
                m1 = m1.blend(b, b.compare(GT, m1));
            }
            m0 = m0.blend(m1, m1.compare(GT, m0));
            for (int lane = 0; lane < STEP; lane++) {
                most = Math.max(most, m0.lane(lane));
            }
        }
        return Math.max(most, rest.max(v, i, to));
    }

    /** The sum of the lanes: the API's own may add in another order once it is compiled, and then equal runs would differ. */
    private static float inOrder(FloatVector v) {
        float sum = 0f;
        for (float lane : v.toArray()) {
            sum += lane;
        }
        return sum;
    }

    @Override
    public float sum(float[] v, int from, int n) {
        FloatVector s0 = all(0f);
        FloatVector s1 = s0;
        int i = 0;
        for (; i + 2 * STEP <= n; i += 2 * STEP) {
            s0 = s0.add(FloatVector.fromArray(FLOATS, v, from + i));
            s1 = s1.add(FloatVector.fromArray(FLOATS, v, from + i + STEP));
        }
        return inOrder(s0.add(s1)) + rest.sum(v, from + i, n - i);
    }

    @Override
    public float dot(float[] a, float[] b, int n) {
        FloatVector s0 = all(0f);
        FloatVector s1 = s0;
        int i = 0;
        for (; i + 2 * STEP <= n; i += 2 * STEP) {
            s0 = FloatVector.fromArray(FLOATS, a, i).fma(FloatVector.fromArray(FLOATS, b, i), s0);
            s1 = FloatVector.fromArray(FLOATS, a, i + STEP).fma(FloatVector.fromArray(FLOATS, b, i + STEP), s1);
        }
        float tail = 0f;
        for (; i < n; i++) {
            tail += a[i] * b[i];
        }
        return inOrder(s0.add(s1)) + tail;
    }

    /** As in plain Java, with fused multiplications and additions: what {@link #pairs} does with each lane. */
    private static float exp(float number) {
        float x = Math.max(-87f, Math.min(88f, number));
        float shifted = Math.fma(x, LOG2E, ROUND);
        float r = Math.fma(shifted - ROUND, -LN2, x);
        float p = Math.fma(r, 1.9875691500e-4f, 1.3981999507e-3f);
        p = Math.fma(p, r, 8.3334519073e-3f);
        p = Math.fma(p, r, 4.1665795894e-2f);
        p = Math.fma(p, r, 1.6666665459e-1f);
        p = Math.fma(p, r, 5.0000001201e-1f);
        p = Math.fma(p, r * r, r + 1f);
        return p * Float.intBitsToFloat(Float.floatToRawIntBits(shifted) - ROUND_BITS << 23);
    }

    @Override
    public void exp(float[] v, int from, int n) {
        for (int i = pairs(v, from, from + n); i < from + n; i++) {
            v[i] = exp(v[i]);
        }
    }

    /**
     * Exponentials of pairs of vectors; gives where it ended. In one piece and long, on purpose: cut into methods, or short enough to be
     * inlined into its callers, it came out of the compiler five times as slow now and then.
     */
    private static int pairs(float[] v, int from, int to) {
        FloatVector round = all(ROUND);
        FloatVector log2e = all(LOG2E);
        FloatVector ln2 = all(-LN2);
        int i = from;
        for (; i + 2 * STEP <= to; i += 2 * STEP) {
            FloatVector a = FloatVector.fromArray(FLOATS, v, i);
            FloatVector b = FloatVector.fromArray(FLOATS, v, i + STEP);
            a = a.blend(-87f, a.compare(LT, -87f));
            b = b.blend(-87f, b.compare(LT, -87f));
            a = a.blend(88f, a.compare(GT, 88f));
            b = b.blend(88f, b.compare(GT, 88f));
            FloatVector m = a.fma(log2e, round);
            FloatVector n = b.fma(log2e, round);
            FloatVector r = m.sub(round).fma(ln2, a);
            FloatVector s = n.sub(round).fma(ln2, b);
            FloatVector p = r.fma(all(1.9875691500e-4f), all(1.3981999507e-3f));
            FloatVector q = s.fma(all(1.9875691500e-4f), all(1.3981999507e-3f));
            p = p.fma(r, all(8.3334519073e-3f));
            q = q.fma(s, all(8.3334519073e-3f));
            p = p.fma(r, all(4.1665795894e-2f));
            q = q.fma(s, all(4.1665795894e-2f));
            p = p.fma(r, all(1.6666665459e-1f));
            q = q.fma(s, all(1.6666665459e-1f));
            p = p.fma(r, all(5.0000001201e-1f));
            q = q.fma(s, all(5.0000001201e-1f));
            p = p.fma(r.mul(r), r.add(1f));
            q = q.fma(s.mul(s), s.add(1f));
            IntVector e = m.reinterpretAsInts().sub(ROUND_BITS).lanewise(LSHL, 23);
            IntVector f = n.reinterpretAsInts().sub(ROUND_BITS).lanewise(LSHL, 23);
            p.mul(e.reinterpretAsFloats()).intoArray(v, i);
            q.mul(f.reinterpretAsFloats()).intoArray(v, i + STEP);
        }
        return i;
    }

    @Override
    public void round(float[] x, int from, short[] half, int n) {
        int i = 0;
        for (; i + STEP <= n; i += STEP) {
            IntVector bits = FloatVector.fromArray(FLOATS, x, from + i).reinterpretAsInts();
            IntVector high = bits.lanewise(LSHR, 16);
            IntVector even = bits.add(high.and(1)).add(0x7fff).lanewise(LSHR, 16);
            even = even.blend(high.or(0x40), bits.and(Integer.MAX_VALUE).compare(GT, INFINITY));
            even.convertShape(I2S, SHORTS, 0).reinterpretAsShorts().intoArray(half, i);
        }
        if (i < n) {
            short[] last = new short[n - i];
            rest.round(x, from + i, last, n - i);
            System.arraycopy(last, 0, half, i, n - i);
        }
    }

    @Override
    public void widen(short[] half, float[] x, int n) {
        int i = 0;
        for (; i + STEP <= n; i += STEP) {
            ShortVector.fromArray(SHORTS, half, i)
                    .convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoArray(x, i);
        }
        for (; i < n; i++) {
            x[i] = Float.intBitsToFloat(half[i] << 16);
        }
    }

    @Override
    public void outer(float[] column, int n, float[] row, float[] into) {
        if (row.length % STEP != 0) {
            rest.outer(column, n, row, into);
            return;
        }
        for (int j = 0; j < row.length; j += STEP) {
            FloatVector part = FloatVector.fromArray(FLOATS, row, j);
            for (int i = 0; i < n; i++) {
                part.mul(column[i]).intoArray(into, i * row.length + j);
            }
        }
    }

    @Override
    public void lookUp(short[] tables, int block, byte[] codes, int blocks, short[] into, int offset) {
        if (block % (2 * STEP) != 0) {
            rest.lookUp(tables, block, codes, blocks, into, offset);
            return;
        }
        for (int b = 0; b < blocks; b++) {
            ShortVector table = ShortVector.fromArray(PAIRS, tables, 16 * b);
            for (int i = b * block / 2; i < (b + 1) * block / 2; i += STEP) {
                IntVector both = ByteVector.fromArray(BYTES, codes, i)
                        .convertShape(B2I, INTS, 0)
                        .reinterpretAsInts();
                // The high half is the first element: the lower short.
                IntVector indices =
                        both.lanewise(LSHR, 4).and(15).or(both.and(15).lanewise(LSHL, 16));
                table.rearrange(indices.reinterpretAsShorts().toShuffle()).intoArray(into, offset + 2 * i);
            }
        }
    }
}
