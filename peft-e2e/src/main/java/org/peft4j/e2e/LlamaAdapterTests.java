package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.peft4j.engine.EngineParam;
import org.peft4j.model.Adapter;
import org.peft4j.model.Batch;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;

/** LLaMA-Adapter's forms and options on a model. */
class LlamaAdapterTests {
    private static final int[] IDS = {1, 5, 9, 40, 33, 7, 60, 12};
    private static final Batch BATCH = Batch.of(List.of(Batch.Sequence.of(IDS)));

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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gate: scalar",
                "gate: per-head",
                "unfreeze-norms: true",
                "bias-and-scale: true",
                "adapter-layers: 1, gate: per-head, unfreeze-norms: true, bias-and-scale: true"
            })
    void itStartsAsTheBaseAndEveryParameterThatCountsMovesTheLossAndComesBack(String options, @TempDir Path temporary) {
        Adapter adapter = base.installYaml("{name: llama-adapter, " + options + "}", 1);
        assertThat(base.with(adapter).logits(IDS)).isDeepEqualTo(base.with().logits(IDS));
        SplittableRandom random = new SplittableRandom(3);
        for (EngineParam p : adapter.parameters().all()) {
            float[] values = p.toArray();
            for (int i = 0; i < values.length; i++) {
                values[i] += (float) (0.3 * random.nextGaussian());
            }
            p.assign(values);
        }

        base.with(adapter).lossAndGradients(BATCH, 1, 0);
        for (EngineParam p : adapter.parameters().trainable()) {
            assertThat(p.gradientArray()).as(p.key()).isNotEqualTo(new float[(int) p.size()]);
        }
        base.save(adapter, temporary.resolve("saved"));
        Adapter again = base.loadAdapter(temporary.resolve("saved"));
        assertThat(again.config()).isEqualTo(withAllLayers(adapter));
        assertThat(base.with(again).logits(IDS))
                .isDeepEqualTo(base.with(adapter).logits(IDS));
    }

    /** The file says how many layers; "all" is a number there. */
    private static Record withAllLayers(Adapter adapter) {
        var config = (org.peft4j.llamaadapter.LlamaAdapterConfig) adapter.config();
        return config.adapterLayers() > 0
                ? config
                : config.withAdapterLayers(base.base().shape().layers());
    }

    @Test
    void theScaleIsOfTheOutputWithItsBias() {
        Adapter silent = base.installYaml("{name: llama-adapter, bias-and-scale: true}", 1);
        String site = "base_model.model.model.layers.1.mlp.down_proj.";
        int width = base.base().shape().hiddenSize();
        float[] threes = new float[width];
        Arrays.fill(threes, 3f);
        silent.parameters().get(site + "adapter_scale").assign(new float[width]);
        float[][] without = base.with(silent).logits(IDS);

        silent.parameters().get(site + "adapter_bias").assign(threes);

        assertThat(base.with(silent).logits(IDS))
                .isDeepEqualTo(without)
                .isNotEqualTo(base.with().logits(IDS));
        assertThat(silent.parameters().get("base_model.model.lm_head.adapter_bias"))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({"'', false", "', unfreeze-norms: true', true"})
    void layersBelowTheLowestAdaptedOneAreNotDifferentiated(String options, boolean below) {
        BackwardProbe probe = new BackwardProbe();
        Adapter probes = Adapter.install(base.base(), "probe", probe, new BackwardProbe.Settings(), 0);
        Adapter adapter = base.installYaml("{name: llama-adapter, adapter-layers: 1" + options + "}", 1);

        base.with(probes, adapter).lossAndGradients(BATCH, 1, 0);

        assertThat(probe.reached.contains(0)).as("layer 0").isEqualTo(below);
        assertThat(probe.reached).as("layer 1").contains(1);
    }
}
