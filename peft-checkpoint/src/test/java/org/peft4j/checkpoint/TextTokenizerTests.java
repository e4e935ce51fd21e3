package org.peft4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peft4j.checkpoint.Fixtures.assertError;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextTokenizerTests {
    /** A word-level tokenizer, the smallest there is. */
    private static final String TINY = """
            {"version": "1.0", "truncation": {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0},
             "padding": null,
             "added_tokens": [{"id": 3, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
                              {"id": 4, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
             "normalizer": null, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": %s, "decoder": null,
             "model": {"type": "WordLevel", "vocab": {"?": 0, "hello": 1, "world": 2}, "unk_token": "?"}}""";

    private static final String TEMPLATE_PROCESSING = """
            {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
             "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
             "special_tokens": {"<s>": {"id": "<s>", "ids": [3], "tokens": ["<s>"]}}}""";

    @TempDir
    Path directory;

    private TextTokenizer tiny(String postProcessor, String config) throws IOException {
        Files.writeString(directory.resolve("tokenizer.json"), TINY.formatted(postProcessor));
        Files.writeString(directory.resolve("tokenizer_config.json"), config);
        return TextTokenizer.open(directory);
    }

    @Test
    void idsAndTextsAreThoseOfTheHuggingFaceLibrary() throws IOException {
        TextTokenizer tokenizer = TextTokenizer.open(Fixtures.shared("models/stories260K"));
        JsonNode cases = Fixtures.resource("stories260K-tokens.json");
        assertThat(cases).hasSizeGreaterThanOrEqualTo(60);
        for (JsonNode node : cases) {
            String text = node.path("text").textValue();
            int[] ids = StreamSupport.stream(node.path("ids").spliterator(), false)
                    .mapToInt(JsonNode::intValue)
                    .toArray();
            assertThat(tokenizer.encode(text)).as(text).isEqualTo(ids);
            assertThat(tokenizer.decode(ids)).isEqualTo(node.path("decoded").textValue());
            assertThat(tokenizer.decode(ids, true))
                    .isEqualTo(node.path("decodedWithSpecial").textValue());
        }
    }

    @Test
    void aRealCheckpointsSpecialTokensAreKnown() {
        TextTokenizer tokenizer = TextTokenizer.open(Fixtures.shared("models/stories260K"));
        assertThat(tokenizer.bosId()).isEqualTo(1);
        assertThat(tokenizer.eosIds()).containsExactly(2);
        assertThat(tokenizer.addsBos()).isTrue();
        assertThat(tokenizer.vocabularySize()).isEqualTo(512);
        assertThat(tokenizer.token(1)).isEqualTo("<s>");
        assertThat(tokenizer.token(512)).isEmpty();
        assertThat(tokenizer.hasChatTemplate()).isFalse();
        assertError("no-chat-template", () -> tokenizer.chat(List.of(new ChatMessage("user", "hi")), true));
    }

    @Test
    void nothingIsAddedCutOrPadded() throws IOException {
        TextTokenizer tokenizer = tiny(TEMPLATE_PROCESSING, "{\"bos_token\": \"<s>\"}");
        assertThat(tokenizer.encode("hello world hello <s> new")).containsExactly(1, 2, 1, 3, 0);
        assertThat(tokenizer.encode("")).isEmpty();
        assertThat(tokenizer.decode(new int[] {3, 1, 2, 99})).isEqualTo("hello world");
        assertThat(tokenizer.decode(new int[] {3, 1}, true)).isEqualTo("<s> hello");
    }

    @Test
    void whetherABosIsAddedFollowsTheFiles() throws IOException {
        assertThat(tiny(TEMPLATE_PROCESSING, "{\"bos_token\": \"<s>\"}").addsBos())
                .isTrue();
        assertThat(tiny(TEMPLATE_PROCESSING, "{\"bos_token\": \"<s>\", \"add_bos_token\": false}")
                        .addsBos())
                .isFalse();
        assertThat(tiny("null", "{\"bos_token\": \"<s>\"}").addsBos()).isFalse();
        assertThat(tiny("null", "{\"bos_token\": \"<s>\", \"add_bos_token\": true}")
                        .addsBos())
                .isTrue();
        assertThat(tiny("null", "{\"bos_token\": {\"content\": \"<s>\"}, \"tokenizer_class\": \"LlamaTokenizer\"}")
                        .addsBos())
                .isTrue();
        TextTokenizer none = tiny(TEMPLATE_PROCESSING, "{\"bos_token\": null, \"add_bos_token\": true}");
        assertThat(none.addsBos()).isFalse();
        assertThat(none.bosId()).isEqualTo(-1);
    }

    @Test
    void endsOfTextComeFromAllFiles() throws IOException {
        Files.writeString(directory.resolve("generation_config.json"), "{\"eos_token_id\": [1, 2]}");
        Files.writeString(directory.resolve("config.json"), "{\"eos_token_id\": 2, \"bos_token_id\": 0}");
        TextTokenizer tokenizer = tiny("null", "{\"eos_token\": \"</s>\"}");
        assertThat(tokenizer.eosIds()).containsExactly(1, 2, 4);
        assertThat(tokenizer.bosId()).isZero();
    }

    @Test
    void chatTemplatesAreFoundWhereverTheyAre() throws IOException {
        List<ChatMessage> hello = List.of(new ChatMessage("user", "hello"));
        TextTokenizer single = tiny(
                "null", "{\"bos_token\": \"<s>\", \"chat_template\": \"{{ bos_token }}{{ messages[0].content }}\"}");
        assertThat(single.hasChatTemplate()).isTrue();
        assertThat(single.chat(hello, true)).isEqualTo("<s>hello");
        assertThat(single.encode(single.chat(hello, true))).containsExactly(3, 1);
        String list =
                "{\"chat_template\": [{\"name\": \"x\", \"template\": \"no\"}, {\"name\": \"default\", \"template\": \"yes\"}]}";
        assertThat(tiny("null", list).chat(hello, false)).isEqualTo("yes");
        assertError("bad-chat-template", () -> tiny("null", list.replace("default", "y")))
                .contains("default");
        Files.writeString(directory.resolve("chat_template.jinja"), "file {{ add_generation_prompt }}\n");
        assertThat(tiny("null", list).chat(hello, false)).isEqualTo("file False");
        assertError("bad-chat-message", () -> new ChatMessage(" ", "x"));
    }

    @Test
    void aMissingOrDamagedTokenizerIsExplained() throws IOException {
        assertError("no-tokenizer", () -> TextTokenizer.open(directory)).contains("tokenizer.json");
        Files.createFile(directory.resolve("tokenizer.model"));
        assertError("no-tokenizer", () -> TextTokenizer.open(directory)).contains("save_pretrained");
        Path file = directory.resolve("tokenizer.json");
        for (String bad : List.of("", "[]", "{}", "{\"model\": 5}", "{\"model\": {\"vocab\": {\"a\": -1}}}")) {
            Files.writeString(file, bad);
            assertError("bad-tokenizer", () -> TextTokenizer.open(directory)).contains("tokenizer.json");
        }
        String whole = TINY.formatted("null");
        for (int length = 1; length < whole.length(); length += 7) {
            Files.writeString(file, whole.substring(0, length));
            assertError("bad-json", () -> TextTokenizer.open(directory)).contains("tokenizer.json");
        }
        Files.writeString(file, whole.replace("WordLevel", "Martian"));
        assertError("bad-tokenizer", () -> TextTokenizer.open(directory)).contains("tokenizer.json");
    }
}
