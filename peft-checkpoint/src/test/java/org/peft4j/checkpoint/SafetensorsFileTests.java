package org.peft4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.peft4j.checkpoint.Fixtures.assertError;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peft4j.api.PeftException;

class SafetensorsFileTests {
    private static final List<TensorSource> SMALL = List.of(
            TensorSource.of("w", new float[] {1, 2, 3, 4, 5, 6}, 2, 3),
            TensorSource.of("h", DType.F16, new long[] {2}, (first, into, at, n) -> Arrays.fill(into, at, at + n, .5f)),
            TensorSource.of("empty", new float[0], 0, 3),
            TensorSource.of("scalar", new float[] {7}));

    @TempDir
    Path directory;

    private Path small() {
        Path file = directory.resolve("small.safetensors");
        SafetensorsWriter.write(file, SMALL, SafetensorsWriter.Options.defaults());
        return file;
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(directory.resolve("x.safetensors"), bytes);
    }

    @Test
    void readsWhatIsThere() {
        SafetensorsFile file = SafetensorsFile.open(small());
        assertThat(file.names()).containsExactly("empty", "scalar", "w", "h");
        assertThat(file.metadata()).containsExactly(Map.entry("format", "pt"));
        assertThat(file.floats("w")).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(file.floats("h")).containsExactly(.5f, .5f);
        assertThat(file.floats("empty")).isEmpty();
        assertThat(file.floats("scalar")).containsExactly(7);
        assertThat(file.entry("w").shape()).containsExactly(2, 3);
        assertThat(file.entry("scalar").rank()).isZero();
        float[] part = new float[4];
        file.read("w", 2, part, 1, 3);
        assertThat(part).containsExactly(0, 3, 4, 5);
        assertThatThrownBy(() -> file.read("w", 4, part, 0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void bytesAreMappedReadOnlyAndLittleEndian() {
        SafetensorsFile file = SafetensorsFile.open(small());
        var bytes = file.bytes("w");
        assertThat(bytes.isDirect()).isTrue();
        assertThat(bytes.isReadOnly()).isTrue();
        assertThat(bytes.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.remaining()).isEqualTo(24);
        assertThat(bytes.getFloat(4)).isEqualTo(2f);
        assertThat(file.bytes("w", 8, 4).getFloat()).isEqualTo(3f);
        assertThatThrownBy(() -> file.bytes("w", 20, 8)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void theShapeOfAnEntryCantBeChangedFromOutside() {
        TensorEntry entry = SafetensorsFile.open(small()).entry("w");
        entry.shape()[0] = 99;
        assertThat(entry.shape()).containsExactly(2, 3);
    }

    @Test
    void everyPrefixOfAFileIsATypedError() throws IOException {
        byte[] whole = Files.readAllBytes(small());
        for (int length = 0; length < whole.length; length++) {
            Path cut = file(Arrays.copyOf(whole, length));
            assertError("truncated-file", () -> SafetensorsFile.open(cut))
                    .contains("x.safetensors", "has " + length, "Download it again");
        }
        Path headerOnly = file(Arrays.copyOf(whole, whole.length - 1));
        assertError("truncated-file", () -> SafetensorsFile.open(headerOnly))
                .contains("file cut short: expected " + whole.length + " bytes, has " + (whole.length - 1));
    }

    @Test
    void damagedBytesNeverCauseAnythingButATypedErrorOrAReadableFile() throws IOException {
        byte[] whole = Files.readAllBytes(small());
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 3000; i++) {
            byte[] damaged = whole.clone();
            for (int n = random.nextInt(1, 4); n > 0; n--) {
                damaged[random.nextInt(whole.length)] = (byte) random.nextInt(256);
            }
            Path file = file(damaged);
            try {
                SafetensorsFile opened = SafetensorsFile.open(file);
                opened.names().forEach(opened::bytes);
            } catch (PeftException e) {
                assertThat(e.getMessage()).contains(file.toString());
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} {}                                                      | 8 | after the header
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}                                                          | 8 | JSON
            {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}                                                         | 8 | need 12
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}                                                         | 8 | has -8 bytes
            {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}                                                        | 8 | no size
            {"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}                                                       | 8 | form
            {"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}                                      | 8 | no size
            {"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}                                     | 8 | larger than any file
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}                                                           | 8 | data_offsets
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}                                                        | 12 | gap
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}   | 12 | overlaps
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}    | 8 | overlaps
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}  | 16 | gap
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}   | 16 | Duplicate
            {"a":{"dtype":"F32","shape":[1],"shape":[2],"data_offsets":[0,8]}}                                             | 8 | Duplicate
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}                                                         | 9 | 1 bytes after
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}}                                                | 8 | more
            {"a":{"shape":[2],"data_offsets":[9223372036854775800,9223372036854775807]}}                                   | 8 | ""
            {"a":{"dtype":"U8","shape":[7],"data_offsets":[9223372036854775800,9223372036854775807]}}                      | 8 | beyond
            {"a":5}                                                                                                        | 8 | form
            {"__metadata__":{"k":1}}                                                                                       | 0 | form
            [1,2]                                                                                                          | 0 | JSON object
            """)
    void aHeaderThatContradictsItselfIsRefused(String header, int data, String why) throws IOException {
        Path file = file(Fixtures.safetensors(header, data));
        String code = header.contains("dtype") || !header.contains("shape") ? "bad-safetensors" : "unknown-dtype";
        assertError(code, () -> SafetensorsFile.open(file)).contains(why);
    }

    @Test
    void anUnknownElementTypeIsNamed() throws IOException {
        Path file = file(Fixtures.safetensors("{\"a\":{\"dtype\":\"F4\",\"shape\":[2],\"data_offsets\":[0,1]}}", 1));
        assertError("unknown-dtype", () -> SafetensorsFile.open(file)).contains("Tensor a", "F4");
    }

    @Test
    void filesThatAreSomethingElseAreRecognised() throws IOException {
        Path pointer =
                file("version https://git-lfs.github.com/spec/v1\noid sha256:00\n".getBytes(StandardCharsets.UTF_8));
        assertError("bad-safetensors", () -> SafetensorsFile.open(pointer)).contains("Git LFS");
        Path page = file("<!doctype html><html></html>".getBytes(StandardCharsets.UTF_8));
        assertError("bad-safetensors", () -> SafetensorsFile.open(page)).contains("web page");
        assertError("unreadable-file", () -> SafetensorsFile.open(directory)).contains("directory");
        assertError("unreadable-file", () -> SafetensorsFile.open(directory.resolve("none")))
                .contains("none");
    }

    @Test
    void anAbsurdHeaderLengthCostsNoMemory() throws IOException {
        byte[] bytes = Fixtures.safetensors("{}", 0);
        Arrays.fill(bytes, 0, 8, (byte) 0xff);
        Path file = file(bytes);
        assertError("bad-safetensors", () -> SafetensorsFile.open(file)).contains("18446744073709551615");
    }

    @Test
    void missingAndMisshapenTensorsAreNamed() {
        SafetensorsFile file = SafetensorsFile.open(small());
        assertError("missing-tensor", () -> file.floats("nope")).contains("nope", "small.safetensors", "scalar");
        assertError("misshapen-tensor", () -> file.requireTensor("w", 3, 2)).contains("[2, 3]", "[3, 2]");
        assertThat(file.requireTensor("w", 2, 3).name()).isEqualTo("w");
    }

    @Test
    void integersArentReadAsFloats() throws IOException {
        Path file = file(Fixtures.safetensors("{\"n\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}", 8));
        SafetensorsFile tensors = SafetensorsFile.open(file);
        assertError("not-floating-point", () -> tensors.floats("n")).contains("I64");
        assertThat(tensors.bytes("n").getLong()).isZero();
    }
}
