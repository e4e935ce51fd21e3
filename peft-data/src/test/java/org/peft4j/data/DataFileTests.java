package org.peft4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.ChatMessage;

class DataFileTests {
    private static final String ROW = "{\"prompt\":\"p\",\"completion\":\"c\"}";

    @TempDir
    private Path folder;

    @Test
    void readsPromptAndCompletionAndKeepsOtherFields() {
        List<DataRow> rows =
                read("x.jsonl", "{\"prompt\":\"p\",\"completion\":\" c\",\"fields\":{\"a\":[1,null]}}\n\n" + ROW);
        assertThat(rows.get(0).text()).isEqualTo(new RowText.Completion("p", " c"));
        assertThat(rows.get(0).fields().get("fields")).isEqualTo(Map.of("a", java.util.Arrays.asList(1, null)));
        assertThat(rows.get(1).at()).hasToString(folder.resolve("x.jsonl") + " line 3");
    }

    @Test
    void readsAlpacaFromAListWithItsUsualPrompts() {
        List<DataRow> rows = read("x.json", """

                [
                 {"instruction": "Add.", "input": "1 + 1", "output": "2"},
                 {"instruction": "Greet.", "input": "", "output": "Hi"},
                 {"instruction": "Greet.", "output": "Hi"}
                ]
                """);
        assertThat(rows.get(0).text())
                .isEqualTo(new RowText.Completion(
                        "Below is an instruction that describes a task, paired with an input that provides further context. "
                                + "Write a response that appropriately completes the request.\n\n"
                                + "### Instruction:\nAdd.\n\n### Input:\n1 + 1\n\n### Response:\n",
                        "2"));
        assertThat(rows.get(1).text())
                .isEqualTo(new RowText.Completion(
                        "Below is an instruction that describes a task. "
                                + "Write a response that appropriately completes the request.\n\n"
                                + "### Instruction:\nGreet.\n\n### Response:\n",
                        "Hi"));
        assertThat(rows.get(2).text()).isEqualTo(rows.get(1).text());
        assertThat(rows.get(1).at()).hasToString(folder.resolve("x.json") + " line 4 (row 2)");
    }

    @Test
    void readsConversationsAndTexts() {
        assertThat(read(
                                "a.jsonl",
                                "{\"messages\":[{\"role\":\"user\",\"content\":\"u\"},{\"role\":\"assistant\",\"content\":\"a\"}]}")
                        .get(0)
                        .text())
                .isEqualTo(new RowText.Chat(List.of(new ChatMessage("user", "u"), new ChatMessage("assistant", "a"))));
        assertThat(read("b.jsonl", "{\"text\":\"t\"}").get(0).text()).isEqualTo(new RowText.Plain("t"));
    }

    @Test
    void readsTextByParagraphOrWhole() {
        String text = "\n\none\r\nmore\r\n \r\n\r\ntwo\n";
        assertThat(read("x.txt", text)).extracting(r -> r.at().line()).containsExactly(3, 7);
        assertThat(read("x.txt", text))
                .extracting(DataRow::text)
                .containsExactly(new RowText.Plain("one\nmore"), new RowText.Plain("two"));
        DataFile whole = new DataFile(write("y.log", text), DataFormat.PLAIN_TEXT, TextUnit.FILE);
        assertThat(all(whole)).extracting(DataRow::text).containsExactly(new RowText.Plain("one\nmore\n \n\ntwo"));
    }

    @ParameterizedTest
    @CsvSource({"x.jsonl", "x.json", "x.txt"})
    void takesAByteOrderMarkAndCarriageReturns(String name) {
        String rows = name.endsWith("json") ? "[" + ROW + ",\r\n" + ROW + "]\r\n" : ROW + "\r\n\r\n" + ROW + "\r\n";
        List<DataRow> read = read(name, "\uFEFF" + rows);
        assertThat(read).hasSize(2);
        assertThat(read.get(0).text())
                .isEqualTo(name.endsWith("txt") ? new RowText.Plain(ROW) : new RowText.Completion("p", "c"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "hello there| line 2: not JSON: Unrecognized token 'hello'",
                "hello there| the line starts 'hello there'",
                "{\"prompt\":NaN}| line 2: not JSON: Non-standard token 'NaN' at column",
                "{\"prompt\":\"p\"| line 2: not JSON: Unexpected end-of-input",
                "{\"prompt\":\"p\",\"completion\":\"c\"} x| line 2: not JSON",
                "{\"prompt\":\"p\",\"prompt\":\"c\"}| line 2: not JSON: Duplicate field 'prompt'",
                "[1]| line 2: a row is an object, not a list",
                "7| line 2: a row is an object, not the number 7",
                "{}| line 2: no field 'prompt'; it has no fields",
                "{\"prompt\":\"p\",\"answer\":\"c\"}| line 2: no field 'completion'; it has prompt, answer",
                "{\"prompt\":\"p\",\"completion\":5}| line 2: 'completion' is the number 5, not text",
                "{\"prompt\":null,\"completion\":\"c\"}| line 2: 'prompt' is null, not text",
                "{\"prompt\":\"p\",\"completion\":[\"c\"]}| line 2: 'completion' is a list, not text",
            })
    void aBadLineIsNamedWithWhatIsWrong(String line, String message) {
        refused(write("x.jsonl", ROW + "\n" + line + "\n"), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"question\":\"p\",\"answer\":\"c\"}| no known form of data; it has question, answer",
                "{\"messages\":\"p\"}| 'messages' is the text 'p', not a list",
                "{\"messages\":[1]}| message 1 is the number 1, not an object",
                "{\"messages\":[{\"role\":\"user\"}]}| message 1 has no 'content'",
                "{\"messages\":[{\"role\":\"user\",\"content\":[1]}]}| message 1 has a 'content' that is a list",
                "{\"messages\":[{\"role\":\" \",\"content\":\"x\"}]}| message 1 has an empty role",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}| no message has the role 'assistant'",
            })
    void aRowOfNoKnownFormSaysWhatItHas(String line, String message) {
        refused(write("x.jsonl", line), message);
        refused(write("x.json", "[" + line + "]"), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[%r,\\n%r,\\n oops]| line 3 (row 2): not JSON: Unrecognized token 'oops'",
                "[%r,\\n%r| line 2 (row 2): not JSON: Unexpected end-of-input",
                "[%r,\\n3]| line 2 (row 2): a row is an object",
                "[%r]\\n{}| line 2: something follows the end",
                "[]| has no rows",
            })
    void aBadListIsNamedByLineAndRow(String text, String message) {
        Path file = write("x.json", text.replace("%r", ROW).replace("\\n", "\n"));
        assertThatThrownBy(() -> Dataset.read(DataFile.of(file), CharacterTokenizer.plain(), DataSettings.upTo(50)))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("x.json")
                .hasMessageContaining(message);
    }

    @Test
    void filesThatCannotBeReadAreSaidSo() throws IOException {
        refused(folder.resolve("no.jsonl"), "no.jsonl: there is no such file");
        refused(folder, "is a directory");
        refused(write("e.jsonl", ""), "is empty");
        refused(write("e.txt", "\uFEFF \r\n\n"), "is empty");
        byte[] latin = (ROW + "\n{\"prompt\":\"caf\u00e9\"}\n").getBytes(StandardCharsets.ISO_8859_1);
        refused(Files.write(folder.resolve("l.jsonl"), latin), "l.jsonl line 2: not text in UTF-8");
        byte[] list = ("[" + ROW + ",\n\n{\"prompt\":\"caf\u00e9\"}]").getBytes(StandardCharsets.ISO_8859_1);
        refused(Files.write(folder.resolve("l.json"), list), "l.json line 3: not text in UTF-8");
    }

    @Test
    void aLineAboveTenMegabytesIsRefusedAndOneBelowIsNot() throws IOException {
        Path file = folder.resolve("long.jsonl");
        try (Writer out = Files.newBufferedWriter(file)) {
            out.write("{\"text\":\"" + "x".repeat(9_000_000) + "\"}\n");
            out.write("{\"text\":\"" + "x".repeat(10_000_000) + "\"}\n");
        }
        refused(file, "long.jsonl line 2: the line is longer than 10 MB");
    }

    @Test
    void rowsAreReadAsTheyAreAskedFor() {
        Path file = write("x.jsonl", ROW + "\n" + ROW + "\nnot json\n");
        try (Stream<DataRow> rows = DataFile.of(file).rows()) {
            assertThat(rows.limit(2)).hasSize(2);
        }
    }

    @Test
    void controlCharactersOfDataNeverReachATerminal() {
        Path file = write("x.jsonl", "\u001b[31mred");
        assertThatThrownBy(() -> all(DataFile.of(file)))
                .hasMessageContaining("\\u001b")
                .hasMessageNotContaining("\u001b");
    }

    @Test
    void theFingerprintIsThatOfTheBytes() {
        assertThat(DataFile.of(write("x.txt", "abc")).fingerprint())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        DataSource own = Texts.of(new RowText.Completion("ab", "c"));
        assertThat(own.fingerprint())
                .hasSize(64)
                .isNotEqualTo(Texts.of(new RowText.Completion("a", "bc")).fingerprint());
    }

    private List<DataRow> read(String name, String content) {
        return all(DataFile.of(write(name, content)));
    }

    private static List<DataRow> all(DataSource source) {
        try (Stream<DataRow> rows = source.rows()) {
            return rows.toList();
        }
    }

    private Path write(String name, String content) {
        try {
            return Files.writeString(folder.resolve(name), content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void refused(Path file, String message) {
        assertThatThrownBy(() -> all(DataFile.of(file)))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message);
    }
}
