package org.peft4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peft4j.checkpoint.Fixtures.assertError;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The expected texts are Jinja's own, made by scripts/hf/make_chat_fixture.py. */
class ChatTemplateTests {
    private static final Map<String, String> TOKENS = Map.of("bos_token", "<s>", "eos_token", "</s>");

    @TestFactory
    List<DynamicTest> rendersAsJinjaDoes() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        int number = 0;
        for (JsonNode node : Fixtures.resource("chat/expected.json")) {
            String name = node.path("template").asText() + " " + number++;
            tests.add(DynamicTest.dynamicTest(name, () -> check(node)));
        }
        assertThat(tests).hasSizeGreaterThan(100);
        return tests;
    }

    private static void check(JsonNode node) throws IOException {
        String name = node.path("template").asText();
        String source = new String(Fixtures.resourceBytes("chat/" + name), StandardCharsets.UTF_8);
        ChatTemplate template = ChatTemplate.parse(source, name);
        List<ChatMessage> messages = new ArrayList<>();
        node.path("messages")
                .forEach(m -> messages.add(new ChatMessage(
                        m.path("role").asText(), m.path("content").asText())));
        boolean prompt = node.path("addGenerationPrompt").booleanValue();
        if (node.has("refused")) {
            assertError("chat-refused", () -> template.render(messages, prompt, TOKENS))
                    .contains(node.path("refused").asText());
        } else {
            assertThat(template.render(messages, prompt, TOKENS))
                    .isEqualTo(node.path("expected").asText());
        }
    }

    private static String render(String source) {
        return ChatTemplate.parse(source, "test").render(Map.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ 'open }}",
                "{{ 1 + }}",
                "{% if x %}",
                "{% endfor %}",
                "{% for x of y %}{% endfor %}",
                "{# open",
                "{{ a b }}",
                "{% include 'secret' %}",
                "{{ [1, 2 }}",
                "{{ '\\uZZZZ' }}",
                "{{ ? }}",
                "{% raw %}",
                "{% set x %}",
                "{{",
                "{% %}"
            })
    void aTemplateThatIsntOneIsRefused(String source) {
        assertError("bad-chat-template", () -> ChatTemplate.parse(source, "here"))
                .contains("here");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ missing.attribute }}",
                "{{ missing() }}",
                "{{ 1 + 'a' }}",
                "{{ 'a' + missing }}",
                "{{ 1 // 0 }}",
                "{{ x|nofilter }}",
                "{{ 1 is notest }}",
                "{{ [1]|join(missing.x) }}",
                "{{ 1 < 'a' }}",
                "{% break %}",
                "{% for x in 5 %}{% endfor %}",
                "{{ 'abc'.split('') }}",
                "{{ 'abc'.replace('a') }}",
                "{% set a.b = 1 %}",
                "{{ 9223372036854775807 + 1 }}",
                "{{ 'x'.getClass().forName('java.lang.Runtime') }}"
            })
    void anErrorInEvaluationIsTyped(String source) {
        assertError("bad-chat-template", () -> render(source));
    }

    @Test
    void endlessAndHugeTemplatesAreStopped() {
        String loops = "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}";
        assertError("bad-chat-template", () -> render(loops)).contains("too long");
        assertError("bad-chat-template", () -> render("{{ 'abc' * 1000000000 }}"));
        assertError("bad-chat-template", () -> render("{{ range(1000000000) }}"));
        assertError("bad-chat-template", () -> render("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"));
        assertError("bad-chat-template", () -> render("{{ " + "(".repeat(10_000) + " }}"));
        assertError("bad-chat-template", () -> render("{{ " + "-".repeat(10_000) + "1 }}"));
        assertError("bad-chat-template", () -> render("{% if 1 %}".repeat(10_000)));
    }

    @Test
    void datesAreFormattedAsPythonDoes() {
        LocalDateTime time = LocalDateTime.of(2024, 7, 6, 15, 4, 5);
        assertThat(ChatTemplate.formatted(time, "%d %b %Y, %A %B %H:%M:%S %I %p 100%%"))
                .isEqualTo("06 Jul 2024, Saturday July 15:04:05 03 PM 100%");
    }
}
