package org.peft4j.qlora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.peft4j.api.EncodedWeight;
import org.peft4j.api.FourBitBlocks;
import org.peft4j.api.PeftException;
import org.peft4j.api.RawTensor;
import org.peft4j.api.Shape;
import org.peft4j.api.WeightCodec;

/** Every codec against an independent computation (scripts/hf/make_nf4.py), and its form in files read back. */
class CodecTests {
    private static final int ROWS = 150;
    private static final int COLS = 120;

    private static WeightCodec codec(String name) {
        return switch (name) {
            case "nf4" -> new Nf4Codec();
            case "nf4 plain" -> new Nf4Codec(false);
            case "fp4" -> new Fp4Codec();
            default -> new Int8Codec();
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"nf4", "nf4 plain", "fp4", "int8"})
    void everyByteIsThatOfTheReference(String name) {
        EncodedWeight weight = codec(name).encode(Matrix.cubes(ROWS, COLS));

        Map<String, String> digests = new TreeMap<>();
        weight.tensors().forEach((key, tensor) -> digests.put(key, digest(tensor.bytes())));
        digests.put("decoded", digest(bytes(decoded(weight))));
        assertThat(digests).isEqualTo(reference(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nf4", "nf4 plain", "fp4", "int8"})
    void theFormInFilesGivesTheSameWeight(String name) {
        EncodedWeight weight = codec(name).encode(Matrix.cubes(ROWS, COLS));

        assertThat(codec(name).reads(weight.tensors().keySet())).isTrue();
        EncodedWeight restored = codec(name).restore("q", ROWS, COLS, weight.tensors());
        assertThat(decoded(restored)).isEqualTo(decoded(weight));
        float[] row = new float[COLS + 1];
        restored.decode(77, 1, row, 1);
        assertThat(java.util.Arrays.copyOfRange(row, 1, COLS + 1))
                .isEqualTo(java.util.Arrays.copyOfRange(decoded(weight), 77 * COLS, 78 * COLS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nf4", "nf4 plain", "fp4"})
    void levelsCodesAndScalesGiveWhatDecodingGives(String name) {
        FourBitBlocks weight = (FourBitBlocks) codec(name).encode(Matrix.cubes(ROWS, 128));
        float[] whole = decoded(weight);
        int block = weight.block();
        int blocks = whole.length / block - 3;
        byte[] codes = new byte[blocks * block / 2];
        float[] scales = new float[blocks];
        weight.codes(3, blocks, codes);
        weight.scales(3, blocks, scales);
        for (int i = 0; i < blocks * block; i++) {
            int code = (i % 2 == 0 ? codes[i / 2] >> 4 : codes[i / 2]) & 0xf;
            assertThat(weight.levels()[code] * scales[i / block])
                    .as("element %d", i)
                    .isEqualTo(whole[3 * block + i]);
        }
    }

    @Test
    void columnsOfRowsAreThoseOfWholeRows() {
        int cols = 75; // blocks and bytes begin within rows
        for (WeightCodec codec : List.of(new Nf4Codec(), new Fp4Codec(), new Int8Codec())) {
            EncodedWeight weight = codec.encode(Matrix.cubes(9, cols));
            float[] whole = decoded(weight);
            for (int[] part : new int[][] {{0, 64}, {64, 75}, {3, 8}, {0, 75}}) {
                int width = part[1] - part[0];
                float[] columns = new float[2 + 4 * width];
                weight.decodeColumns(5, 4, part[0], part[1], columns, 2);
                for (int i = 0; i < 4 * width; i++) {
                    assertThat(columns[2 + i])
                            .as(codec.name() + ", columns " + part[0] + " to " + part[1] + ", " + i)
                            .isEqualTo(whole[(5 + i / width) * cols + part[0] + i % width]);
                }
            }
        }
    }

    @Test
    void codecsTellTheirFilesApart() {
        for (WeightCodec one : List.of(new Nf4Codec(), new Fp4Codec(), new Int8Codec())) {
            var names = one.encode(Matrix.cubes(2, 8)).tensors().keySet();
            for (WeightCodec other : List.of(new Nf4Codec(), new Fp4Codec(), new Int8Codec())) {
                assertThat(other.reads(names))
                        .as(other.name() + " reads " + one.name())
                        .isEqualTo(one.name().equals(other.name()));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nf4  | weight.absmax         | the tensor weight.absmax is missing",
                "nf4  | weight.nested_absmax  | the tensor weight.nested_absmax is missing",
                "fp4  | weight                | the tensor weight is missing",
                "int8 | weight                | the tensor weight is missing"
            })
    void aMissingTensorIsNamed(String name, String tensor, String message) {
        Map<String, RawTensor> tensors = tensors(name);
        tensors.remove(tensor);
        assertBroken(name, tensors, message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nf4  | weight                   | weight is U8 with 5 elements, where U8 with 9000 is needed",
                "nf4  | weight.absmax            | weight.absmax is U8 with 5 elements, where U8 with 282 is needed",
                "nf4  | weight.nested_quant_map  | F32 with 256",
                "int8 | SCB                      | SCB is U8 with 5 elements, where F32 with 150 is needed"
            })
    void aTensorOfWrongLengthIsNamed(String name, String tensor, String message) {
        Map<String, RawTensor> tensors = tensors(name);
        tensors.put(tensor, new RawTensor("U8", Shape.of(5), ByteBuffer.allocate(5)));
        assertBroken(name, tensors, message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                           | no blocksize",
                "{\"blocksize\": 0, \"shape\": [150, 120]}                    | blocksize 0",
                "{\"blocksize\": 64}                                          | no shape",
                "{\"blocksize\": 64, \"shape\": [120, 150]}                   | [120, 150], where [150, 120]",
                "{\"blocksize\": 64, \"shape\": [150, 120]}                   | no nested_blocksize",
                "{\"blocksize\": 64, \"shape\": [150, 120], \"nested_blocksize\": 256, \"nested_offset\": 1.2.3} | 1.2.3"
            })
    void aWrongStateIsExplained(String state, String message) {
        Map<String, RawTensor> tensors = tensors("nf4");
        byte[] json = state.getBytes(StandardCharsets.UTF_8);
        tensors.put(
                "weight.quant_state.bitsandbytes__nf4",
                new RawTensor("U8", Shape.of(json.length), ByteBuffer.wrap(json)));
        assertBroken("nf4", tensors, message);
    }

    @Test
    void oddNumbersOfElementsAndZeroRowsAreKept() {
        Matrix odd = Matrix.of(3, 3, i -> i < 3 ? 0 : i - 5);
        for (String name : List.of("nf4", "nf4 plain", "fp4", "int8")) {
            EncodedWeight weight = codec(name).encode(odd);
            assertThat(decoded(weight)).as(name).startsWith(0f, 0f, 0f).doesNotContain(Float.NaN);
            assertThat(decoded(codec(name).restore("q", 3, 3, weight.tensors())))
                    .isEqualTo(decoded(weight));
        }
    }

    private static void assertBroken(String name, Map<String, RawTensor> tensors, String message) {
        assertThatThrownBy(() -> codec(name).restore("layers.0.q_proj", ROWS, COLS, tensors))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("layers.0.q_proj")
                .hasMessageContaining(message);
    }

    private static Map<String, RawTensor> tensors(String name) {
        return new LinkedHashMap<>(codec(name).encode(Matrix.cubes(ROWS, COLS)).tensors());
    }

    private static float[] decoded(EncodedWeight weight) {
        float[] values = new float[(int) (weight.rows() * weight.cols())];
        weight.decode(0, (int) weight.rows(), values, 0);
        return values;
    }

    private static ByteBuffer bytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    private static String digest(ByteBuffer bytes) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(bytes.duplicate());
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> reference(String codec) {
        Map<String, String> wanted = new TreeMap<>();
        try (InputStream in = CodecTests.class.getResourceAsStream("codecs.txt")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                String name = line.substring(0, line.lastIndexOf(' '));
                if (name.startsWith(codec + "/")) {
                    wanted.put(name.substring(codec.length() + 1), line.substring(line.lastIndexOf(' ') + 1));
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        assertThat(wanted).isNotEmpty();
        return wanted;
    }
}
