package org.peft4j.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.ShortBuffer;

/**
 * Conversions between {@code float} and the element types of checkpoints.
 *
 * <p>Widening is exact. Narrowing rounds to the nearest value, ties to even, keeps the sign of zero, goes through the
 * subnormals and overflows to infinity, as IEEE 754 and PyTorch do. A NaN stays a (quiet) NaN.
 */
public final class Halves {
    private static final int EXPONENT = 0x7f80_0000;

    private Halves() {}

    /** Widens the bits of a BF16 value; exact. */
    public static float fromBf16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** Rounds to the bits of the nearest BF16 value. */
    public static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if ((bits & 0x7fff_ffff) > EXPONENT) {
            return (short) (bits >>> 16 | 0x40); // rounding could carry a NaN's payload into infinity
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    /** Widens the bits of an F16 value; exact. */
    public static float fromF16(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = bits >>> 10 & 0x1f;
        int mantissa = bits & 0x3ff;
        if (exponent == 0) {
            float magnitude = mantissa * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        if (exponent == 0x1f) {
            return Float.intBitsToFloat(sign | EXPONENT | mantissa << 13);
        }
        return Float.intBitsToFloat(sign | exponent + 112 << 23 | mantissa << 13);
    }

    /** Rounds to the bits of the nearest F16 value; magnitudes of 65520 and more become infinity. */
    public static short toF16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7fff_ffff;
        if (magnitude > EXPONENT) {
            return (short) (sign | 0x7e00 | magnitude >>> 13 & 0x3ff);
        }
        if (magnitude >= 0x477f_f000) { // 65520
            return (short) (sign | 0x7c00);
        }
        if (magnitude >= 0x3880_0000) { // 2^-14, the smallest normal
            int rounded = magnitude + 0xfff + (magnitude >>> 13 & 1);
            return (short) (sign | rounded - 0x3800_0000 >>> 13);
        }
        return (short) (sign | subnormalF16(magnitude));
    }

    private static int subnormalF16(int magnitude) {
        if (magnitude <= 0x3300_0000) { // 2^-25 is a tie with zero, which is even
            return 0;
        }
        int mantissa = magnitude & 0x7f_ffff | 0x80_0000;
        int shift = 126 - (magnitude >>> 23);
        int quotient = mantissa >>> shift;
        int remainder = mantissa & (1 << shift) - 1;
        int half = 1 << shift - 1;
        boolean up = remainder > half || remainder == half && (quotient & 1) == 1;
        return up ? quotient + 1 : quotient;
    }

    /**
     * Reads {@code n} little-endian elements of {@code type} from {@code src}'s position on.
     *
     * @param type F32, F16, BF16 or F64 (rounded to float)
     * @param src at least {@code n * type.bytes()} bytes remaining; its position, limit and order stay as they are
     * @param dst receives {@code n} values from index {@code off}
     * @throws IllegalArgumentException if the type isn't one of those
     */
    public static void toFloats(DType type, ByteBuffer src, float[] dst, int off, int n) {
        ByteBuffer bytes = src.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (type == DType.F32) {
            bytes.asFloatBuffer().get(dst, off, n);
        } else if (type == DType.BF16) {
            ShortBuffer halves = bytes.asShortBuffer();
            for (int i = 0; i < n; i++) {
                dst[off + i] = fromBf16(halves.get(i));
            }
        } else if (type == DType.F16) {
            ShortBuffer halves = bytes.asShortBuffer();
            for (int i = 0; i < n; i++) {
                dst[off + i] = fromF16(halves.get(i));
            }
        } else if (type == DType.F64) {
            DoubleBuffer doubles = bytes.asDoubleBuffer();
            for (int i = 0; i < n; i++) {
                dst[off + i] = (float) doubles.get(i);
            }
        } else {
            throw new IllegalArgumentException(type + " doesn't hold floating-point numbers that can be read as float");
        }
    }

    /**
     * Writes {@code n} values as little-endian elements of {@code type} at {@code dst}'s position, which advances.
     *
     * @param type F32, F16, BF16 or F64
     * @param dst at least {@code n * type.bytes()} bytes remaining
     * @throws IllegalArgumentException if the type isn't one of those
     */
    public static void fromFloats(DType type, float[] src, int off, int n, ByteBuffer dst) {
        ByteBuffer bytes = dst.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (type == DType.F32) {
            bytes.asFloatBuffer().put(src, off, n);
        } else if (type == DType.BF16) {
            ShortBuffer halves = bytes.asShortBuffer();
            for (int i = 0; i < n; i++) {
                halves.put(i, toBf16(src[off + i]));
            }
        } else if (type == DType.F16) {
            ShortBuffer halves = bytes.asShortBuffer();
            for (int i = 0; i < n; i++) {
                halves.put(i, toF16(src[off + i]));
            }
        } else if (type == DType.F64) {
            DoubleBuffer doubles = bytes.asDoubleBuffer();
            for (int i = 0; i < n; i++) {
                doubles.put(i, src[off + i]);
            }
        } else {
            throw new IllegalArgumentException(type + " can't be written from float");
        }
        dst.position(dst.position() + n * type.bytes());
    }
}
