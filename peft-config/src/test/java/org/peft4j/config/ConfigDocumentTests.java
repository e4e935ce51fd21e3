package org.peft4j.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.peft4j.api.PeftException;

class ConfigDocumentTests {
    @TempDir
    private Path folder;

    @Test
    void keepsValuesAndTheirLines() {
        ConfigDocument document =
                ConfigDocument.parse("# a run\nbase: models/x\nmethod:\n  lora:\n    targets: [q, v]\n", "run.yaml");

        assertThat(document.root().plain())
                .isEqualTo(Map.of("base", "models/x", "method", Map.of("lora", Map.of("targets", List.of("q", "v")))));
        ConfigNode.Entries method =
                (ConfigNode.Entries) document.root().entries().get("method").value();
        assertThat(method.entries().get("lora").keyAt()).isEqualTo(new Position("run.yaml", 4, 3));
        assertThat(method.entries().get("lora").keyAt()).hasToString("run.yaml line 4");
    }

    @ParameterizedTest
    @CsvSource({
        "5e-3, NUMBER", "1e3, NUMBER", "-4, NUMBER", "0.5, NUMBER", ".5, NUMBER", "1_000, NUMBER",
        "true, BOOLEAN", "False, BOOLEAN", "yes, TEXT", "off, TEXT", "~, EMPTY", "null, EMPTY",
        "1.2.3, TEXT", "12:30, TEXT", "0x1F, TEXT", "2026-11-24, TEXT"
    })
    void readsScalarsAsYamlOneTwoDoes(String text, ConfigNode.Kind kind) {
        assertThat(scalar("k: " + text).kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @ValueSource(strings = {"k: '5'", "k: \"true\"", "k: 'null'", "k: ''", "k: |-\n  8", "é€😀: '8'", "{a: 1, k: '8'}"})
    void quotedScalarsAreText(String yaml) {
        ConfigNode.Entries root = ConfigDocument.parse(yaml, "x").root();
        List<ConfigNode.Entry> entries = List.copyOf(root.entries().values());
        ConfigNode last = entries.get(entries.size() - 1).value();
        assertThat(((ConfigNode.Scalar) last).kind()).isEqualTo(ConfigNode.Kind.TEXT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a: 1\\nb: 2\\na: 3| x line 3: the key 'a' is given twice, first in line 1",
                "a: &x 1\\nb: *x| x line 1: anchors",
                "a: &x [1]\\nb: 2| x line 1: anchors",
                "a: &x {b: 1}| x line 1: anchors",
                "&k a: 1| x line 1: anchors",
                "a: 1\\n*k : 1| x line 2: not YAML",
                "a: 1\\nb: *x| x line 2: anchors",
                "a: !!python/object:os.system ls| x line 1: tags",
                "a: !x {b: 1}| x line 1: tags",
                "a: 1\\n---\\nb: 2| a second document",
                "a: [1, 2\\nb: 3| x line 2: not YAML",
                "a: 1\\n\\tb: 3| x line 2: not YAML",
                "- a\\n- b| x line 1: expected keys, found a list",
                "just text| x line 1: expected keys, found the text 'just text'",
                "# nothing\\n| x is empty",
                "? [a, b]\\n: c| x",
                "a: &x null| x line 1: anchors",
            })
    void refusesWhatIsNotPlainYaml(String yaml, String message) {
        refused(() -> ConfigDocument.parse(yaml.replace("\\n", "\n").replace("\\t", "\t"), "x"), message);
    }

    @Test
    void anAliasBombStopsAtItsFirstAnchor() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (int i = 1; i < 60; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d]%n".formatted(i, i, i - 1, i - 1));
        }
        refused(() -> ConfigDocument.parse(bomb.toString(), "x"), "x line 1: anchors");
    }

    @Test
    void nestingEndsAtSixtyFourLevels() {
        int fits = YamlTree.MAX_DEPTH - 2; // the root and the scalar are levels too
        assertThat(ConfigDocument.parse("a: " + "[".repeat(fits) + "1" + "]".repeat(fits), "x"))
                .isNotNull();
        refused(() -> ConfigDocument.parse("a: " + "[".repeat(63) + "1" + "]".repeat(63), "x"), "deeper than 64");
        refused(() -> ConfigDocument.parse("a: " + "[".repeat(900_000), "x"), "deeper than 64");
        refused(() -> ConfigDocument.parse("a: " + "{a: ".repeat(200_000), "x"), "deeper than 64");
    }

    @Test
    void filesThatCannotBeReadAreSaidSo() throws IOException {
        refused(() -> ConfigDocument.read(folder.resolve("no.yaml")), "no.yaml: there is no such file");
        refused(() -> ConfigDocument.read(folder), "is a directory");
        Path latin = Files.write(folder.resolve("latin.yaml"), "a: caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
        refused(() -> ConfigDocument.read(latin), "is not text in UTF-8");
        Path large = Files.writeString(folder.resolve("large.yaml"), "a: b\n".repeat(300_000));
        refused(() -> ConfigDocument.read(large), "larger than 1 MiB");
    }

    @Test
    void readsAFileWithByteOrderMarkAndCarriageReturns() throws IOException {
        Path file = Files.writeString(folder.resolve("w.yaml"), "\uFEFFa: 1\r\nb: '2'\r\n");
        ConfigDocument document = ConfigDocument.read(file);
        assertThat(document.root().plain()).isEqualTo(Map.of("a", 1L, "b", "2"));
        assertThat(document.root().entries().get("b").keyAt().line()).isEqualTo(2);
    }

    @Test
    void overridesReplaceAddAndKeepTheRest() {
        ConfigDocument document = ConfigDocument.parse("method:\n  rank: 8\n  alpha: 16\nseed:\n", "run.yaml")
                .with("method.rank", "4")
                .with("method.targets", "[q_proj, v_proj]")
                .with("seed.value", "7")
                .withOverride("data.train = a=b.jsonl");
        assertThat(document.root().plain())
                .isEqualTo(Map.of(
                        "method", Map.of("rank", 4L, "alpha", 16L, "targets", List.of("q_proj", "v_proj")),
                        "seed", Map.of("value", 7L),
                        "data", Map.of("train", "a=b.jsonl")));
    }

    @Test
    void overridesThatMakeNoSenseAreRefused() {
        ConfigDocument document = ConfigDocument.parse("rank: 8\nlist: [1]\n", "run.yaml");
        refused(() -> document.with("rank.x", "1"), "-s rank.x: 'rank' is the number 8 (run.yaml line 1)");
        refused(() -> document.with("list.0", "1"), "'list' is a list");
        refused(() -> document.with("a..b", "1"), "is not a path of keys");
        refused(() -> document.with("", "1"), "is not a path of keys");
        refused(() -> document.with("a", "[1"), "-s a: not YAML");
        refused(() -> document.withOverride("rank"), "-s rank: a setting has the form");
        refused(() -> document.withOverride("=3"), "has the form");
    }

    private static ConfigNode.Scalar scalar(String yaml) {
        return (ConfigNode.Scalar)
                ConfigDocument.parse(yaml, "x").root().entries().get("k").value();
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(PeftException.class).hasMessageContaining(message);
    }
}
