package org.peft4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.peft4j.checkpoint.Fixtures.assertError;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsWriterTests {
    private static final SafetensorsWriter.Options DEFAULTS = SafetensorsWriter.Options.defaults();

    @TempDir
    Path directory;

    private List<String> filesThere() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static TensorSource zeros(String name, DType type, long... shape) {
        return TensorSource.raw(name, type, shape, (first, into) -> {
            while (into.hasRemaining()) {
                into.put((byte) 0);
            }
        });
    }

    @Test
    void theHeaderIsThatOfThePythonLibrary() throws IOException {
        Path file = directory.resolve("x.safetensors");
        List<TensorSource> tensors = new ArrayList<>();
        for (DType type : DType.values()) {
            tensors.add(zeros("of" + type, type, 1));
        }
        tensors.add(zeros("a", DType.F32, 0, 3));
        tensors.add(zeros("\u00e9\"\n\u0001/", DType.F32, 1));
        tensors.add(zeros("\ud83d\ude00", DType.F32));
        tensors.add(zeros("\uffee", DType.F32));
        SafetensorsWriter.write(file, tensors, new SafetensorsWriter.Options(Map.of("format", "pt", "a", "1"), false));
        byte[] bytes = Files.readAllBytes(file);
        int length = bytes[0] & 0xff | (bytes[1] & 0xff) << 8;
        assertThat(length % 8).isZero();
        String header = new String(bytes, 8, length, StandardCharsets.UTF_8);
        assertThat(header)
                .startsWith(
                        "{\"__metadata__\":{\"a\":\"1\",\"format\":\"pt\"},\"ofU64\":{\"dtype\":\"U64\",\"shape\":[1],"
                                + "\"data_offsets\":[0,8]},\"ofI64\"");
        String order =
                "ofI64 ofF64 \"a\" ofF32 \"\u00e9\\\"\\n\\u0001/\" \"\uffee\" \"\ud83d\ude00\" ofU32 ofI32 ofBF16 ofF16"
                        + " ofU16 ofI16 ofF8_E4M3 ofF8_E5M2 ofI8 ofU8 ofBOOL";
        assertThat(header).containsSubsequence(order.split(" "));
        assertThat(header).contains("\"\ud83d\ude00\":{\"dtype\":\"F32\",\"shape\":[],");
        assertThat(SafetensorsFile.open(file).names()).hasSize(tensors.size());
    }

    @Test
    void anEmptyFileIsTheLibrarysEmptyFile() throws IOException {
        Path file = directory.resolve("x.safetensors");
        SafetensorsWriter.write(file, List.of(), new SafetensorsWriter.Options(Map.of(), false));
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).isEqualTo("\b\0\0\0\0\0\0\0{}      ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stories260K-lora_qv_r8", "stories260K-prefix_10", "stories260K-adaption_prompt_10"})
    void filesOfThePythonLibraryAreRewrittenByteForByte(String name) throws IOException {
        Path golden = Fixtures.shared("golden/" + name).resolve(AdapterFiles.WEIGHTS);
        SafetensorsFile tensors = SafetensorsFile.open(golden);
        List<TensorSource> copies = new ArrayList<>();
        tensors.names().forEach(key -> copies.add(0, TensorSource.copyOf(tensors, key, key)));
        Path file = directory.resolve("copy.safetensors");
        SafetensorsWriter.write(file, copies, DEFAULTS);
        assertThat(file).hasSameBinaryContentAs(golden);
    }

    @Test
    void tensorsLargerThanAPieceAreStreamedInOrder() {
        int n = 1_000_003;
        Path file = directory.resolve("x.safetensors");
        TensorSource counting = TensorSource.of("n", DType.F64, new long[] {n}, (first, into, offset, count) -> {
            for (int i = 0; i < count; i++) {
                into[offset + i] = first + i;
            }
        });
        SafetensorsWriter.write(file, List.of(counting), DEFAULTS);
        float[] values = SafetensorsFile.open(file).floats("n");
        assertThat(values).hasSize(n);
        for (int i = 0; i < n; i++) {
            assertThat(values[i] == i).isTrue();
        }
    }

    @Test
    void aSourceThatFailsLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = Files.writeString(directory.resolve("x.safetensors"), "old");
        TensorSource failing = TensorSource.of("w", DType.F32, new long[] {4}, (first, into, offset, count) -> {
            throw new IllegalStateException("gone");
        });
        assertThatThrownBy(() -> SafetensorsWriter.write(file, List.of(failing), DEFAULTS))
                .hasMessage("gone");
        assertThat(file).hasContent("old");
        assertThat(filesThere()).containsExactly("x.safetensors");
    }

    @Test
    void nonFiniteValuesAreRefusedOnlyIfAsked() throws IOException {
        Path file = directory.resolve("x.safetensors");
        List<TensorSource> bad = List.of(TensorSource.of("layer.w", new float[] {1, Float.NaN}, 2));
        assertError("non-finite-weights", () -> SafetensorsWriter.write(file, bad, DEFAULTS.refusingNonFinite()))
                .contains("layer.w", "Element 1", "NaN");
        assertThat(filesThere()).isEmpty();
        SafetensorsWriter.write(file, bad, DEFAULTS);
        assertThat(SafetensorsFile.open(file).floats("layer.w")[1]).isNaN();
        TensorSource overflow =
                TensorSource.of("h", DType.F16, new long[] {1}, (first, into, at, n) -> into[at] = 1e6f);
        assertError(
                "non-finite-weights",
                () -> SafetensorsWriter.write(file, List.of(overflow), DEFAULTS.refusingNonFinite()));
    }

    @Test
    void placesThatCantBeWrittenAreTypedErrors() throws IOException {
        Path blocked = Files.writeString(directory.resolve("file"), "x").resolve("below.safetensors");
        assertError("cannot-write", () -> SafetensorsWriter.write(blocked, List.of(), DEFAULTS))
                .contains("below.safetensors");
        assertError("cannot-write", () -> SafetensorsWriter.write(directory, List.of(), DEFAULTS));
        TensorSource w = TensorSource.of("w", new float[1], 1);
        assertError("duplicate-tensor", () -> SafetensorsWriter.write(directory.resolve("y"), List.of(w, w), DEFAULTS));
        assertThat(filesThere()).containsExactly("file");
    }

    @Test
    void aFileThatIsMappedCanBeReplaced() {
        Path file = directory.resolve("x.safetensors");
        SafetensorsWriter.write(file, List.of(TensorSource.of("w", new float[] {1, 2}, 2)), DEFAULTS);
        SafetensorsFile old = SafetensorsFile.open(file);
        TensorSource doubled = TensorSource.of("w", DType.F32, new long[] {2}, (first, into, at, n) -> {
            old.read("w", first, into, at, n);
            into[at] *= 10;
        });
        SafetensorsWriter.write(file, List.of(doubled), DEFAULTS);
        assertThat(SafetensorsFile.open(file).floats("w")).containsExactly(10, 2);
        assertThat(old.floats("w")).containsExactly(1, 2);
    }
}
