package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.peft4j.api.PeftException;

class OffHeapTests {
    @Test
    void mapsAlignedBytesWithoutCopying() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(64).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putFloat(8, 1.5f).putFloat(12, -2f);
        Buf buf = OffHeap.map(bytes.position(8).limit(16));
        assertThat(buf.toArray()).containsExactly(1.5f, -2f);
        bytes.putFloat(12, 7f);
        assertThat(buf.toArray()).containsExactly(1.5f, 7f);
        assertThat(bytes.position()).isEqualTo(8);
        // BLAS has to see the same numbers through the address.
        try (Tape tape = GradientCheck.ENGINE.tape(false, false, 1)) {
            Tensor x = tape.leaf(new float[] {1, 10}, false, 1, 2);
            Tensor y = ModelOps.linear(tape, x, FrozenMatrix.dense(buf, 1, 2));
            assertThat(y.toArray()).containsExactly(71.5f);
        }
    }

    @Test
    void copiesWhatCannotBeMapped() {
        ByteBuffer direct = ByteBuffer.allocateDirect(64).order(ByteOrder.LITTLE_ENDIAN);
        direct.putFloat(7, 2.5f);
        assertThat(OffHeap.map(direct.position(7).limit(11)).toArray()).containsExactly(2.5f);
        ByteBuffer heap = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        heap.putFloat(4, 3.5f);
        assertThat(OffHeap.map(heap).toArray()).containsExactly(0f, 3.5f);
    }

    @Test
    void tooLargeATensorIsNamed() {
        assertThatThrownBy(() -> OffHeap.allocate(1L << 30))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("1073741824");
        try (Tape tape = GradientCheck.ENGINE.tape(false, false, 1)) {
            assertThatThrownBy(() -> tape.fresh(false, 1 << 15, 1 << 15)).isInstanceOf(PeftException.class);
        }
    }

    @Test
    void memoryHoldsTwiceAsManyHalves() {
        Buf buf = OffHeap.allocate(10).slice(6, 4);
        short[] halves = {0x3f80, 0, 0, 0x3f80, 0, 0x3f80, 0x4000, 0};
        buf.putHalves(0, halves, 8);
        short[] back = new short[8];
        buf.getHalves(0, back, 8);
        assertThat(back).isEqualTo(halves);
        assertThat(buf.get(1)).isEqualTo(Float.intBitsToFloat(0x3f800000));
    }
}
