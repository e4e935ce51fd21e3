package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.Generator;
import org.peft4j.model.Sampling;
import org.peft4j.model.WeightedAdapter;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;

/** Named adapters over one base, each as strongly as it is told to act. */
class WeightedAdaptersTests {
    private static final int[] IDS = {1, 5, 9, 40, 33, 7, 60, 12};

    private static Peft peft;
    private static PeftModel base;

    @BeforeAll
    static void start() {
        peft = Peft.create(2);
        base = peft.load(Fixtures.model("llama-gqa-untied"));
    }

    @AfterAll
    static void stop() {
        peft.close();
    }

    private static WeightedAdapter weighted(String name, double weight) {
        return new WeightedAdapter(base.loadAdapter(Fixtures.adapter(name), name), weight);
    }

    private static WeightedAdapter yaml(String name, String yaml, double weight) {
        return new WeightedAdapter(base.installYaml(name, yaml, 5), weight);
    }

    /** The reference is peft's add_weighted_adapter with combination_type "cat", by scripts/hf/weighted.py. */
    @Test
    void loraAdaptersAddUpToTheirWeightedSum(@TempDir Path temporary) {
        JsonNode expected = Fixtures.json(Fixtures.root().resolve("fixtures/weighted/lora-cat.json"));
        int[] ids = Fixtures.ints(expected.get("input_ids"));
        float[] last = Fixtures.floats(expected.get("logits_last"));
        WeightedAdapter one =
                weighted("lora-qv", expected.get("weights").get("lora-qv").asDouble());
        WeightedAdapter two = weighted(
                "lora-all-linear",
                expected.get("weights").get("lora-all-linear").asDouble());

        assertThat(base.with(one, two).logits(ids)[ids.length - 1]).containsExactly(last, offset(1e-4f));
        assertThat(base.with(two, one).logits(ids)[ids.length - 1]).containsExactly(last, offset(1e-4f));
        base.merge(base.with(one, two), temporary.resolve("merged"), CheckpointWriter.Existing.KEEP);
        assertThat(peft.load(temporary.resolve("merged")).with().logits(ids)[ids.length - 1])
                .containsExactly(last, offset(1e-4f));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora-qv", "lora-dora", "prefix-10", "prompt-tuning", "lora-modules-to-save"})
    void weightOneIsTheAdapterAndWeightZeroTheModelWithoutIt(String name) {
        Adapter adapter = weighted(name, 1).adapter();

        assertThat(base.with(new WeightedAdapter(adapter, 1)).logits(IDS))
                .isDeepEqualTo(base.with(adapter).logits(IDS));
        AdaptedModel off = base.with(new WeightedAdapter(adapter, 0));
        assertThat(off.logits(IDS)).isDeepEqualTo(base.with().logits(IDS));
        assertThat(off.room()).isEqualTo(base.with().room());
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora-dora", "prefix-10"})
    void theChangeFadesWithTheWeight(String name) {
        float[] plain = base.with().logits(IDS)[7];
        double before = distance(plain, base.with(weighted(name, 1)).logits(IDS)[7]);

        for (double weight : new double[] {0.5, 0.1, 1e-5}) {
            double now = distance(plain, base.with(weighted(name, weight)).logits(IDS)[7]);
            assertThat(now).as("weight %s", weight).isLessThan(before);
            before = now;
        }
        assertThat(before).isLessThan(1e-4);
    }

    @Test
    void tenfoldGateOfLlamaAdapterIsItsTenfoldWeight() {
        Adapter adapter =
                yaml("a", "{name: llama-adapter, adapter-layers: 1}", 1).adapter();
        set(adapter, "adaption_gate", 0.05f);
        float[][] weighted = base.with(new WeightedAdapter(adapter, 10)).logits(IDS);
        set(adapter, "adaption_gate", 0.5f);

        float[][] gated = base.with(adapter).logits(IDS);

        for (int i = 0; i < IDS.length; i++) {
            assertThat(weighted[i]).containsExactly(gated[i], offset(1e-4f));
        }
        assertThat(distance(gated[7], base.with().logits(IDS)[7])).isGreaterThan(1e-2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"prompt-tuning", "lora-modules-to-save"})
    void thatOfWhichThereIsNoPartIsRefusedByName(String name) {
        assertThatThrownBy(() -> weighted(name, 0.5))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("adapter " + name + " cannot be weighted")
                .hasMessageContaining("weight 1 or 0");
        assertThatThrownBy(() -> weighted("lora-qv", Double.NaN)).hasMessageContaining("finite");
    }

    @Test
    void cachedGenerationEqualsFullRecomputation() {
        AdaptedModel model = base.with(
                weighted("lora-dora", 0.6),
                weighted("prefix-10", 0.8),
                weighted("lora-qv", -0.5),
                weighted("prompt-tuning", 1));

        int[] cached = new Generator(model, Sampling.greedy(20), Set.of())
                .generate(List.of(IDS), (i, id) -> {})
                .get(0);

        int[] all = IDS;
        for (int id : cached) {
            assertThat(id).isEqualTo(Fixtures.argmax(model.logits(all)[all.length - 1]));
            all = Arrays.copyOf(all, all.length + 1);
            all[all.length - 1] = id;
        }
        assertThat(cached).hasSize(20);
    }

    @Test
    void textForAllThatTheContextHasRoomForBesideAPrefixIsAccepted() {
        AdaptedModel model = base.with(weighted("prefix-10", 1));
        int[] full = new int[model.room()];
        Arrays.fill(full, 9);

        assertThat(model.logits(full)).hasNumberOfRows(full.length);
        assertThat(model.room()).isEqualTo(base.with().room() - 10);
    }

    private static void set(Adapter adapter, String name, float value) {
        adapter.parameters().all().stream()
                .filter(p -> p.key().endsWith(name))
                .forEach(p -> p.assign(new float[] {value}));
    }

    private static double distance(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }
}
