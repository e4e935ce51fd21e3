package org.peft4j.engine;

import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/**
 * A run of fp32 numbers in native memory: seen by Java through a direct buffer, by BLAS through its address.
 *
 * <p>Kernels copy rows into small heap arrays, work there (the compiler vectorises loops over arrays best) and copy back.
 */
public final class Buf {
    final FloatBuffer data;
    /** The same memory as twice as many bfloat16 numbers; null where nobody keeps such numbers in it. */
    final ShortBuffer halves;

    final int offset;
    final int length;
    final long address;
    /** What keeps the memory alive. */
    final Object owner;

    Buf(FloatBuffer data, ShortBuffer halves, int offset, int length, long address, Object owner) {
        this.data = data;
        this.halves = halves;
        this.offset = offset;
        this.length = length;
        this.address = address;
        this.owner = owner;
    }

    /** Number of elements. */
    public int length() {
        return length;
    }

    Buf slice(int from, int count) {
        if (from < 0 || count < 0 || (long) from + count > length) {
            throw new IndexOutOfBoundsException("[" + from + ", +" + count + ") of " + length);
        }
        return new Buf(data, halves, offset + from, count, address + 4L * from, owner);
    }

    /** Copies {@code count} elements from {@code from} on into an array. */
    public void get(int from, float[] into, int at, int count) {
        data.get(offset + from, into, at, count);
    }

    /** Copies {@code count} elements of an array to {@code to} and on. */
    public void put(int to, float[] source, int at, int count) {
        data.put(offset + to, source, at, count);
    }

    /** Copies {@code count} bfloat16 numbers from the {@code from}-th on into an array. */
    void getHalves(int from, short[] into, int count) {
        halves.get(2 * offset + from, into, 0, count);
    }

    /** Copies {@code count} bfloat16 numbers of an array to the {@code to}-th place and on. */
    void putHalves(int to, short[] source, int count) {
        halves.put(2 * offset + to, source, 0, count);
    }

    float get(int i) {
        return data.get(offset + i);
    }

    void put(int i, float value) {
        data.put(offset + i, value);
    }

    /** All elements as a fresh array. */
    public float[] toArray() {
        float[] all = new float[length];
        get(0, all, 0, length);
        return all;
    }

    /** Copies {@code count} elements of another run of numbers, from {@code from} on, to {@code to} and on. */
    void copy(int to, Buf source, int from, int count) {
        data.put(offset + to, source.data, source.offset + from, count);
    }

    void copyFrom(Buf source) {
        data.put(offset, source.data, source.offset, length);
    }

    void fill(float value) {
        float[] piece = new float[Math.min(length, 4096)];
        java.util.Arrays.fill(piece, value);
        for (int i = 0; i < length; i += piece.length) {
            put(i, piece, 0, Math.min(piece.length, length - i));
        }
    }

    /** The same memory as a buffer of its own, indexed from 0. */
    FloatBuffer view() {
        return data.slice(offset, length);
    }
}
