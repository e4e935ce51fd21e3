package org.peft4j.fuzz;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Inputs of a megabyte, which the fuzzer doesn't make: none may take time or memory out of proportion. */
class LargeInputsTests {
    private static final int MANY = 250_000;

    @TestFactory
    Stream<DynamicTest> aMegabyteEndsSoonInAResultOrATypedError() {
        return Stream.of(
                        Map.entry(Target.YAML, "rank: [" + "1,".repeat(MANY) + "1]"),
                        Map.entry(Target.YAML, "rank: " + "[".repeat(MANY)),
                        Map.entry(Target.YAML, "rank: " + "{a: ".repeat(MANY)),
                        Map.entry(Target.YAML, "a: 1\n".repeat(MANY / 2)),
                        Map.entry(Target.YAML, "a" + "b".repeat(MANY) + ": 1\n"),
                        Map.entry(Target.CHAT_TEMPLATE, "{{a}}".repeat(MANY / 2)),
                        Map.entry(Target.CHAT_TEMPLATE, "{{ 'a" + "b".repeat(MANY) + "' }}"),
                        Map.entry(Target.CHAT_TEMPLATE, "{{ 1" + "+1".repeat(MANY) + " }}"),
                        Map.entry(Target.CHAT_TEMPLATE, "{{ 1" + "**1".repeat(MANY) + " }}"),
                        Map.entry(Target.CHAT_TEMPLATE, "{{ a" + ".a".repeat(MANY) + " }}"),
                        Map.entry(Target.CHAT_TEMPLATE, "{{ " + "not ".repeat(MANY) + "1 }}"),
                        Map.entry(Target.CHAT_TEMPLATE, "{% if 1 %}".repeat(MANY / 4)),
                        Map.entry(Target.CHAT_TEMPLATE, loop("{% set ns.x = ns.x.replace('a', 'aaaaaaaa') %}")),
                        Map.entry(Target.CHAT_TEMPLATE, loop("{% set ns.x = [ns.x] %}")),
                        Map.entry(Target.CHAT_TEMPLATE, loop("{% set ns.x = [ns.x, ns.x]|unique|list %}")),
                        Map.entry(Target.CHAT_TEMPLATE, loop("{{ ns|string }}{% set ns.y = ns %}{{ ns == ns.y }}")),
                        Map.entry(Target.CHAT_TEMPLATE, loop("{% set ns.x = ns.x|tojson(indent=1000) %}")),
                        Map.entry(Target.CHAT_TEMPLATE, loop("{% set ns.x = range(100000)|join(ns.x) %}")),
                        Map.entry(Target.JSON_LINES, "{\"text\": " + "[".repeat(MANY)),
                        Map.entry(Target.JSON_LINES, "{\"text\": " + "1".repeat(MANY) + "}"),
                        Map.entry(Target.JSON_ARRAY, "[".repeat(MANY)),
                        Map.entry(Target.MODEL_CONFIG, "{\"hidden_size\": " + "9".repeat(900) + "}"),
                        Map.entry(Target.MODEL_CONFIG, "{\"a\": " + "[".repeat(MANY)),
                        Map.entry(Target.TOKENIZER_FILE, "{\"model\": {\"vocab\": {\"a\": 16000000}}}"),
                        Map.entry(Target.TOKENIZER_FILE, "{\"post_processor\": " + "{\"a\":".repeat(MANY)),
                        Map.entry(Target.QUANTIZED_LAYER, "\0{\"shape\": [1" + " ".repeat(MANY) + "2]"),
                        Map.entry(Target.SAFETENSORS_HEADER, "\0\0{\"a\": {\"shape\": [" + "1,".repeat(MANY)))
                .map(e -> DynamicTest.dynamicTest(
                        e.getKey().directory() + " "
                                + e.getValue()
                                        .substring(0, Math.min(40, e.getValue().length())),
                        () -> Assertions.assertTimeoutPreemptively(
                                Duration.ofSeconds(60),
                                () -> e.getKey().run(e.getValue().getBytes(StandardCharsets.UTF_8)))));
    }

    private static String loop(String body) {
        return "{% set ns = namespace(x='a') %}{% for i in range(99999) %}" + body + "{% endfor %}{{ ns.x }}";
    }
}
