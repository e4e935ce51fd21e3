package org.peft4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peft4j.checkpoint.Checkpoint;
import org.peft4j.engine.Engine;

/** Our transformer against HuggingFace's, on one small random checkpoint for each feature of the family. */
class ModelParityTests {
    private static Engine engine;

    @BeforeAll
    static void start() {
        engine = Engine.create(2);
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama-mha",
                "llama-gqa",
                "llama-gqa-untied",
                "llama-bias",
                "llama-bf16",
                "llama-f16",
                "llama-sharded",
                "llama-rope-linear",
                "llama-rope-llama3",
                "mistral-window",
                "qwen2"
            })
    void logitsAndLossEqualTheReference(String name) {
        AdaptedModel model = AdaptedModel.of(BaseModel.load(engine, Checkpoint.open(Fixtures.model(name))));
        JsonNode expected = Fixtures.expected(Fixtures.model(name));
        int[] ids = Fixtures.ints(expected.get("input_ids"));

        float[][] logits = model.logits(ids);

        assertThat(logits[ids.length - 1]).containsExactly(Fixtures.floats(expected.get("logits_last")), offset(1e-4f));
        expected.get("logits_rows")
                .properties()
                .forEach(row -> assertThat(logits[Integer.parseInt(row.getKey())])
                        .containsExactly(Fixtures.floats(row.getValue()), offset(1e-4f)));
        int[] best = Arrays.stream(logits).mapToInt(Sampling::argmax).toArray();
        assertThat(best).isEqualTo(Fixtures.ints(expected.get("argmax")));
        double loss = model.loss(Batch.of(List.of(Batch.Sequence.of(ids)))) / (ids.length - 1);
        assertThat(loss).isCloseTo(expected.get("loss").asDouble(), within(1e-5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-gqa", "llama-rope-llama3", "mistral-window", "qwen2"})
    void generationWithACacheEqualsFullRecomputation(String name) {
        AdaptedModel model = AdaptedModel.of(BaseModel.load(engine, Checkpoint.open(Fixtures.model(name))));
        int[] prompt = Arrays.copyOf(
                Fixtures.ints(Fixtures.expected(Fixtures.model(name)).get("input_ids")), 7);

        int[] cached = new Generator(model, Sampling.greedy(24), java.util.Set.of())
                .generate(List.of(prompt), (i, id) -> {})
                .get(0);

        List<Integer> slow = new ArrayList<>();
        int[] all = prompt;
        for (int i = 0; i < 24; i++) {
            float[][] logits = model.logits(all);
            slow.add(Sampling.argmax(logits[all.length - 1]));
            all = Arrays.copyOf(all, all.length + 1);
            all[all.length - 1] = slow.get(i);
        }
        assertThat(cached).containsExactly(slow.stream().mapToInt(i -> i).toArray());
    }
}
