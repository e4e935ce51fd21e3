package org.peft4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peft4j.checkpoint.Fixtures.assertError;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterFilesTests {
    @TempDir
    Path directory;

    private static List<TensorSource> tensors(float value) {
        return List.of(TensorSource.of("base_model.model.x.lora_A.weight", new float[] {value, 2}, 1, 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"stories260K-lora_qv_r8", "stories260K-prefix_10", "stories260K-adaption_prompt_10"})
    void anAdapterOfThePythonLibraryIsRewrittenByteForByte(String name) {
        Path golden = Fixtures.shared("golden/" + name);
        AdapterFiles adapter = AdapterFiles.read(golden);
        List<TensorSource> copies = new ArrayList<>();
        adapter.tensors().names().forEach(key -> copies.add(TensorSource.copyOf(adapter.tensors(), key, key)));
        AdapterFiles.write(directory.resolve("new"), adapter.config(), copies);
        for (String file : List.of(AdapterFiles.CONFIG, AdapterFiles.WEIGHTS)) {
            assertThat(directory.resolve("new").resolve(file)).hasSameBinaryContentAs(golden.resolve(file));
        }
    }

    @Test
    void theConfigurationIsWrittenAsPythonDumpsIt() throws IOException {
        Map<String, Object> config = new HashMap<>();
        config.put("r", 8);
        config.put("lora_dropout", 0.0);
        config.put("tiny", 1e-5);
        config.put("none", null);
        config.put("empty", Map.of());
        config.put("list", Arrays.asList("a", null, true, List.of()));
        config.put("Z", "caf\u00e9 \ud83d\ude00 \"q\" \\ \n \u007f </s>");
        AdapterFiles.write(directory, config, tensors(1));
        assertThat(Files.readString(directory.resolve(AdapterFiles.CONFIG))).isEqualTo("""
                {
                  "Z": "caf\\u00e9 \\ud83d\\ude00 \\"q\\" \\\\ \\n \\u007f </s>",
                  "empty": {},
                  "list": [
                    "a",
                    null,
                    true,
                    []
                  ],
                  "lora_dropout": 0.0,
                  "none": null,
                  "r": 8,
                  "tiny": 1e-05
                }""");
        assertThat(AdapterFiles.read(directory).config()).isEqualTo(config);
    }

    @ParameterizedTest
    @CsvSource({
        "0.1, 0.1",
        "100.0, 100.0",
        "1e16, 1e+16",
        "1234567890123456.0, 1234567890123456.0",
        "1e-4, 0.0001",
        "0.00001, 1e-05",
        "-2.5e-7, -2.5e-07",
        "1e22, 1e+22",
        "2e-3, 0.002",
        "5e-324, 5e-324",
        "2.2250738585072014e-308, 2.2250738585072014e-308",
        "1.7976931348623157e308, 1.7976931348623157e+308",
        "2.0e23, 2e+23",
        "123456789.125, 123456789.125",
        "-0.0, -0.0"
    })
    void floatsHavePythonsForm(double value, String form) {
        assertThat(PythonJson.repr(value)).isEqualTo(form);
    }

    @Test
    void everyFloatIsReadBackAsItself() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 20_000; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(value)) {
                assertThat(Double.parseDouble(PythonJson.repr(value))).isEqualTo(value);
            }
        }
        assertThat(PythonJson.sorted(Map.of("a", 0.05f))).isEqualTo("{\n  \"a\": 0.05\n}");
    }

    @Test
    void whatIsMissingIsSaid() throws IOException {
        assertError("no-such-directory", () -> AdapterFiles.read(directory.resolve("none")));
        AdapterFiles.write(directory.resolve("inner"), Map.of("peft_type", "LORA"), tensors(1));
        assertError("not-an-adapter", () -> AdapterFiles.read(directory)).contains("inner");
        Path inner = directory.resolve("inner");
        Files.delete(inner.resolve(AdapterFiles.WEIGHTS));
        assertError("no-weights", () -> AdapterFiles.read(inner)).contains(AdapterFiles.WEIGHTS);
        Files.createFile(inner.resolve("adapter_model.bin"));
        assertError("no-weights", () -> AdapterFiles.read(inner)).contains("save_pretrained");
        Files.writeString(inner.resolve(AdapterFiles.CONFIG), "{");
        Files.createFile(inner.resolve(AdapterFiles.WEIGHTS));
        assertError("bad-json", () -> AdapterFiles.read(inner)).contains(AdapterFiles.CONFIG);
        Files.writeString(directory.resolve("config.json"), "{}");
        assertError("not-an-adapter", () -> AdapterFiles.read(directory)).contains("base model");
    }

    @Test
    void aWriteThatFailsLeavesTheOldAdapterWhole() throws IOException {
        AdapterFiles.write(directory, Map.of("r", 1), tensors(1));
        assertError("non-finite-weights", () -> AdapterFiles.write(directory, Map.of("r", 2), tensors(Float.NaN)));
        AdapterFiles old = AdapterFiles.read(directory);
        assertThat(old.config()).containsEntry("r", 1);
        assertThat(old.tensors().floats("base_model.model.x.lora_A.weight")).containsExactly(1, 2);
        AdapterFiles.write(directory, Map.of("r", 2), tensors(5));
        assertThat(AdapterFiles.read(directory).config()).containsEntry("r", 2);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void fingerprintsAreThoseOfSha256sum() throws IOException {
        Path abc = Files.writeString(directory.resolve("abc"), "abc");
        Path empty = Files.createFile(directory.resolve("empty"));
        String known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assertThat(Fingerprint.of(abc)).isEqualTo(known);
        assertThat(Fingerprint.of(List.of(empty, abc))).isEqualTo(known);
        assertThat(Fingerprint.of(List.of(abc, abc))).isNotEqualTo(known);
        assertError("unreadable-file", () -> Fingerprint.of(directory.resolve("none")));
    }
}
