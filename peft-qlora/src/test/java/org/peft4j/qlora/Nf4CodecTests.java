package org.peft4j.qlora;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.peft4j.api.EncodedWeight;
import org.peft4j.api.MatrixSource;
import org.peft4j.api.RawTensor;
import org.peft4j.api.Shape;

/** NF4 against an independent computation (scripts/hf/make_nf4.py); its rows are not whole blocks. */
class Nf4CodecTests {
    private static final int ROWS = 100;
    private static final int COLS = 60;
    private static final int BLOCKS = 94;
    private ByteBuffer fixture;

    @BeforeEach
    void open() throws IOException {
        try (InputStream in = Nf4CodecTests.class.getResourceAsStream("nf4.bin")) {
            fixture = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    @Test
    void codesAndScalesAreThoseOfTheReference() {
        Map<String, RawTensor> plain = new Nf4Codec(false).encode(matrix()).tensors();
        Map<String, RawTensor> nested = new Nf4Codec(true).encode(matrix()).tensors();

        assertTensor(plain.get("weight"), "U8", ROWS * COLS / 2, 1);
        assertTensor(plain.get("weight.absmax"), "F32", BLOCKS);
        assertTensor(nested.get("weight.absmax"), "U8", BLOCKS);
        assertTensor(nested.get("weight.nested_absmax"), "F32", 1);
        float offset = fixture.getFloat();
        assertThat(text(nested.get("weight.quant_state.bitsandbytes__nf4")))
                .isEqualTo("{\"quant_type\": \"nf4\", \"blocksize\": 64, \"dtype\": \"float32\", \"shape\": [100, 60], "
                        + "\"nested_blocksize\": 256, \"nested_dtype\": \"float32\", \"nested_offset\": "
                        + (double) offset
                        + "}");
        assertTensor(nested.get("weight.nested_quant_map"), "F32", 256);
        assertThat(nested.get("weight.quant_map").shape()).isEqualTo(Shape.of(16));
    }

    @Test
    void decodedValuesAreThoseOfTheReference() {
        EncodedWeight weight = new Nf4Codec(true).encode(matrix());
        fixture.position(fixture.limit() - 4 * ROWS * COLS);
        float[] wanted = new float[ROWS * COLS];
        fixture.asFloatBuffer().get(wanted);

        float[] all = new float[ROWS * COLS];
        weight.decode(0, ROWS, all, 0);
        assertThat(all).isEqualTo(wanted);
        float[] some = new float[3 * COLS + 2];
        weight.decode(41, 3, some, 2);
        assertThat(Arrays.copyOfRange(some, 2, some.length))
                .isEqualTo(Arrays.copyOfRange(wanted, 41 * COLS, 44 * COLS));
    }

    @Test
    void storageIsAsSmallAsPromised() {
        MatrixSource large = Matrix.of(1024, 512, i -> (float) Math.sin(i));
        assertThat(new Nf4Codec(true).encode(large).bytes() * 8.0 / (1024 * 512))
                .isLessThan(4.13);
        assertThat(new Nf4Codec(false).encode(large).bytes() * 8.0 / (1024 * 512))
                .isEqualTo(4.5);
    }

    @Test
    void zerosStayZero() {
        float[] decoded = new float[128];
        Arrays.fill(decoded, 7);
        new Nf4Codec(false).encode(Matrix.of(2, 64, i -> 0f)).decode(0, 2, decoded, 0);
        assertThat(decoded).containsOnly(0f);
    }

    private void assertTensor(RawTensor tensor, String dtype, long... shape) {
        assertThat(tensor.dtype()).isEqualTo(dtype);
        assertThat(tensor.shape()).isEqualTo(Shape.of(shape));
        byte[] wanted = new byte[tensor.bytes().remaining()];
        fixture.get(wanted);
        byte[] actual = new byte[wanted.length];
        tensor.bytes().duplicate().get(actual);
        assertThat(actual).isEqualTo(wanted);
    }

    private static String text(RawTensor tensor) {
        return StandardCharsets.UTF_8.decode(tensor.bytes().duplicate()).toString();
    }

    private static MatrixSource matrix() {
        return Matrix.cubes(ROWS, COLS);
    }
}
