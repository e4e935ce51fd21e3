package org.peft4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HalvesTests {
    @Test
    void everyHalfSurvivesWideningAndNarrowing() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            short half = (short) bits;
            float f16 = Halves.fromF16(half);
            float bf16 = Halves.fromBf16(half);
            if (Float.isNaN(f16)) {
                assertThat(Halves.fromF16(Halves.toF16(f16))).isNaN();
            } else {
                assertThat(Halves.toF16(f16)).isEqualTo(half);
            }
            if (Float.isNaN(bf16)) {
                assertThat(Halves.fromBf16(Halves.toBf16(bf16))).isNaN();
            } else {
                assertThat(Halves.toBf16(bf16)).isEqualTo(half);
            }
        }
    }

    @Test
    void valuesBetweenTwoHalvesGoToTheNearestAndTiesToEven() {
        for (int bits = 0; bits < 0x7bff; bits++) { // all positive finite neighbours, subnormal ones included
            float tie = (Halves.fromF16((short) bits) + Halves.fromF16((short) (bits + 1))) / 2;
            int even = (bits & 1) == 0 ? bits : bits + 1;
            assertThat(Halves.toF16(tie)).isEqualTo((short) even);
            assertThat(Halves.toF16(Math.nextDown(tie))).isEqualTo((short) bits);
            assertThat(Halves.toF16(Math.nextUp(tie))).isEqualTo((short) (bits + 1));
            assertThat(Halves.toF16(-tie)).isEqualTo((short) (even | 0x8000));
        }
        for (int bits = 0; bits < 0x7f7f; bits++) {
            float tie = Float.intBitsToFloat(bits << 16 | 0x8000);
            int even = (bits & 1) == 0 ? bits : bits + 1;
            assertThat(Halves.toBf16(tie)).isEqualTo((short) even);
            assertThat(Halves.toBf16(Math.nextDown(tie))).isEqualTo((short) bits);
            assertThat(Halves.toBf16(Math.nextUp(tie))).isEqualTo((short) (bits + 1));
        }
    }

    @Test
    void knownValuesAndTheEndsOfTheRange() {
        assertThat(Halves.fromF16((short) 0x3c00)).isEqualTo(1f);
        assertThat(Halves.fromF16((short) 0xc000)).isEqualTo(-2f);
        assertThat(Halves.fromF16((short) 0x7bff)).isEqualTo(65504f);
        assertThat(Halves.fromF16((short) 0x0001)).isEqualTo(0x1p-24f);
        assertThat(Halves.fromBf16((short) 0x3f80)).isEqualTo(1f);
        assertThat(Halves.toF16(65519.996f)).isEqualTo((short) 0x7bff);
        assertThat(Halves.toF16(65520f)).isEqualTo((short) 0x7c00);
        assertThat(Halves.toF16(Float.NEGATIVE_INFINITY)).isEqualTo((short) 0xfc00);
        assertThat(Halves.toF16(-0f)).isEqualTo((short) 0x8000);
        assertThat(Halves.toF16(0x1p-25f)).isZero();
        assertThat(Halves.toF16(Math.nextUp(0x1p-25f))).isEqualTo((short) 1);
        assertThat(Halves.toBf16(Float.MAX_VALUE)).isEqualTo((short) 0x7f80);
        assertThat(Halves.fromBf16(Halves.toBf16(Float.intBitsToFloat(0x7fffffff))))
                .isNaN();
        assertThat(Halves.fromF16(Halves.toF16(Float.intBitsToFloat(0xffffffff))))
                .isNaN();
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16", "F64"})
    void bulkConversionGoesBothWaysAndMovesOnlyTheWritersPosition(DType type) {
        float[] values = {0f, -1.5f, 0.25f, Float.POSITIVE_INFINITY, 96f};
        ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.BIG_ENDIAN).position(3);
        Halves.fromFloats(type, values, 1, 4, bytes);
        assertThat(bytes.position()).isEqualTo(3 + 4 * type.bytes());
        float[] read = new float[6];
        Halves.toFloats(type, bytes.position(3), read, 2, 4);
        assertThat(bytes.position()).isEqualTo(3);
        assertThat(read).containsExactly(0f, 0f, -1.5f, 0.25f, Float.POSITIVE_INFINITY, 96f);
    }

    @Test
    void integersAreRefused() {
        ByteBuffer bytes = ByteBuffer.allocate(8);
        assertThatThrownBy(() -> Halves.toFloats(DType.I32, bytes, new float[1], 0, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Halves.fromFloats(DType.U8, new float[1], 0, 1, bytes))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
