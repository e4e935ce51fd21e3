package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.peft4j.api.PeftException;
import org.peft4j.api.Trait;
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.engine.EngineParam;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.Batch;
import org.peft4j.model.Generator;
import org.peft4j.model.Sampling;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;

/** Adapters that HuggingFace peft made, one for each thing it can do, read by us: same logits, same gradients. */
class AdapterParityTests {
    /** What no method of ours does: refused with the setting's name. */
    private static final Set<String> REFUSED = Set.of("lora-bias-only", "lora-lora-bias");

    /** Adapters of methods that are plugins outside this build. */
    private static final Set<String> OUTSIDE = Set.of("ia3", "ia3-qwen2");

    private static Peft peft;

    @BeforeAll
    static void start() {
        peft = Peft.create(2);
    }

    @AfterAll
    static void stop() {
        peft.close();
    }

    static Stream<String> readable() {
        return Fixtures.names(Fixtures.root().resolve("fixtures/adapters")).stream()
                .filter(n -> !REFUSED.contains(n) && !OUTSIDE.contains(n));
    }

    static Stream<String> mergeable() {
        return readable().filter(n -> n.startsWith("lora"));
    }

    private static JsonNode expected(String name) {
        return Fixtures.json(Fixtures.adapter(name).resolve("expected.json"));
    }

    private static PeftModel base(String name) {
        return peft.load(Fixtures.model(expected(name).get("base").asText()));
    }

    @ParameterizedTest
    @MethodSource("readable")
    void logitsEqualTheReference(String name) {
        JsonNode expected = expected(name);
        PeftModel base = base(name);
        int[] ids = Fixtures.ints(expected.get("input_ids"));

        float[][] logits = base.with(base.loadAdapter(Fixtures.adapter(name))).logits(ids);

        assertThat(logits[ids.length - 1]).containsExactly(Fixtures.floats(expected.get("logits_last")), offset(1e-4f));
        expected.get("logits_rows")
                .properties()
                .forEach(row -> assertThat(logits[Integer.parseInt(row.getKey())])
                        .containsExactly(Fixtures.floats(row.getValue()), offset(1e-4f)));
        assertThat(Arrays.stream(logits).mapToInt(Fixtures::argmax).toArray())
                .isEqualTo(Fixtures.ints(expected.get("argmax")));
    }

    @ParameterizedTest
    @MethodSource("readable")
    void lossAndGradientsEqualTheReference(String name) {
        JsonNode expected = expected(name);
        PeftModel base = base(name);
        Adapter adapter = base.loadAdapter(Fixtures.adapter(name));
        Batch batch = Batch.of(List.of(Batch.Sequence.of(Fixtures.ints(expected.get("input_ids")))));
        double weight = 1.0 / batch.targetCount();

        double loss = base.with(adapter).lossAndGradients(batch, weight, 0) * weight;

        assertThat(loss).isCloseTo(expected.get("loss").asDouble(), within(2e-5));
        if (expected.get("train").get("targets").asInt() != batch.targetCount()) {
            return; // The reference also predicts the first token from a virtual one: not the same loss.
        }
        JsonNode gradients = expected.get("train").get("gradients");
        for (EngineParam p : adapter.parameters().trainable()) {
            float[] reference = Fixtures.floats(gradients.get(p.key()).get("values"));
            float largest = 0;
            for (float v : reference) {
                largest = Math.max(largest, Math.abs(v));
            }
            assertThat(p.gradientArray()).as(p.key()).containsExactly(reference, offset(1e-4f * largest + 1e-6f));
        }
    }

    @ParameterizedTest
    @MethodSource("readable")
    void savedAgainItHasTheSameBytesOfTensors(String name, @TempDir Path temporary) {
        PeftModel base = base(name);
        Adapter adapter = base.loadAdapter(Fixtures.adapter(name));

        base.save(adapter, temporary.resolve("again"));
        Adapter again = base.loadAdapter(temporary.resolve("again"));

        List<EngineParam> before = new ArrayList<>(adapter.parameters().all());
        List<EngineParam> after = new ArrayList<>(again.parameters().all());
        assertThat(after).hasSameSizeAs(before);
        for (int i = 0; i < before.size(); i++) {
            assertThat(after.get(i).key()).isEqualTo(before.get(i).key());
            assertThat(after.get(i).toArray())
                    .as(before.get(i).key())
                    .containsExactly(before.get(i).toArray());
        }
    }

    @ParameterizedTest
    @MethodSource("readable")
    void cachedGenerationEqualsFullRecomputation(String name) {
        JsonNode expected = expected(name);
        PeftModel base = base(name);
        AdaptedModel model = base.with(base.loadAdapter(Fixtures.adapter(name)));
        int[] prompt = Arrays.copyOf(Fixtures.ints(expected.get("input_ids")), 5);

        int[] cached = new Generator(model, Sampling.greedy(12), Set.of())
                .generate(List.of(prompt), (i, id) -> {})
                .get(0);

        int[] all = prompt;
        for (int id : cached) {
            float[][] logits = model.logits(all);
            assertThat(id).isEqualTo(Fixtures.argmax(logits[all.length - 1]));
            all = Arrays.copyOf(all, all.length + 1);
            all[all.length - 1] = id;
        }
    }

    @ParameterizedTest
    @MethodSource("mergeable")
    void mergedCheckpointEqualsTheReference(String name, @TempDir Path temporary) {
        JsonNode expected = expected(name);
        PeftModel base = base(name);
        Adapter adapter = base.loadAdapter(Fixtures.adapter(name));
        int[] ids = Fixtures.ints(expected.get("input_ids"));

        base.merge(List.of(adapter), temporary.resolve("merged"), CheckpointWriter.Existing.KEEP);
        float[][] logits = peft.load(temporary.resolve("merged")).with().logits(ids);

        assertThat(logits[ids.length - 1])
                .containsExactly(Fixtures.floats(expected.get("merged_logits_last")), offset(1e-4f));
    }

    @ParameterizedTest
    @ValueSource(strings = {"prefix-10", "prompt-tuning", "adaption-prompt"})
    void mergingWhatNoWeightCanExpressIsRefused(String name, @TempDir Path temporary) {
        PeftModel base = base(name);
        Adapter adapter = base.loadAdapter(Fixtures.adapter(name));

        assertThatThrownBy(
                        () -> base.merge(List.of(adapter), temporary.resolve("merged"), CheckpointWriter.Existing.KEEP))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("cannot be folded");
        assertThat(temporary.resolve("merged")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora-bias-only", "lora-lora-bias"})
    void aSettingThatWeDoNotDoIsRefusedByName(String name) {
        PeftModel base = base(name);

        assertThatThrownBy(() -> base.loadAdapter(Fixtures.adapter(name)))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("bias");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ia3"})
    void anAdapterOfAMethodThatIsNotInstalledIsRefused(String name) {
        PeftModel base = base(name);

        assertThatThrownBy(() -> base.loadAdapter(Fixtures.adapter(name)))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("IA3")
                .hasMessageContaining("LORA (lora)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora-qv", "prefix-10", "adaption-prompt"})
    void freshlyInstalledItKeepsItsPromises(String name) {
        PeftModel base = base(name);
        Adapter loaded = base.loadAdapter(Fixtures.adapter(name));
        Adapter fresh = base.install(loaded.method().name(), loaded.config(), 1);
        int[] ids = Fixtures.ints(expected(name).get("input_ids"));

        float[][] plain = base.with().logits(ids);
        float[][] adapted = base.with(fresh).logits(ids);

        boolean identity = traits(fresh).contains(Trait.IDENTITY_AT_INIT);
        assertThat(Arrays.deepEquals(plain, adapted)).isEqualTo(identity);
    }

    @SuppressWarnings("unchecked")
    private static Set<Trait> traits(Adapter adapter) {
        var method = (org.peft4j.api.AdapterMethod<Record>) adapter.method();
        return method.traits(adapter.config());
    }
}
