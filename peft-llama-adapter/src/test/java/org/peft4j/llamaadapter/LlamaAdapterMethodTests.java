package org.peft4j.llamaadapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.peft4j.api.Init;
import org.peft4j.api.PeftException;
import org.peft4j.api.Shape;
import org.peft4j.api.Trait;

/** What LLaMA-Adapter installs, and its files. */
class LlamaAdapterMethodTests {
    private final LlamaAdapterMethod method = new LlamaAdapterMethod();
    private final Recorder recorder = new Recorder();

    @Test
    void topLayersGetPromptAndGate() {
        method.install(LlamaAdapterConfig.defaults().withAdapterLayers(2), recorder.installer());

        assertThat(recorder.hooks).containsOnlyKeys(3, 4);
        assertThat(recorder.params)
                .containsOnlyKeys(
                        "base_model.model.model.layers.3.self_attn.adaption_prompt",
                        "base_model.model.model.layers.3.self_attn.adaption_gate",
                        "base_model.model.model.layers.4.self_attn.adaption_prompt",
                        "base_model.model.model.layers.4.self_attn.adaption_gate");
        var prompt = recorder.params.get("base_model.model.model.layers.3.self_attn.adaption_prompt");
        assertThat(prompt.shape()).isEqualTo(Shape.of(1, 10, 64));
        assertThat(prompt.init()).isEqualTo(new Init.Normal(0, 1));
        var gate = recorder.params.get("base_model.model.model.layers.3.self_attn.adaption_gate");
        assertThat(gate.shape()).isEqualTo(Shape.of(1));
        assertThat(gate.init()).isEqualTo(new Init.Zeros());
    }

    @Test
    void paperHasAGatePerHead() {
        method.install(LlamaAdapterConfig.defaults().withGate(Gate.PER_HEAD), recorder.installer());

        assertThat(recorder.hooks).hasSize(5);
        assertThat(recorder.params
                        .get("base_model.model.model.layers.0.self_attn.adaption_gate")
                        .shape())
                .isEqualTo(Shape.of(1, 8, 1, 1));
    }

    @Test
    void fileIsPeftsAndReadsBack() {
        LlamaAdapterConfig config = LlamaAdapterConfig.defaults().withAdapterLayers(2);
        assertThat(method.format().read(Files.config(), Recorder.MODEL)).isEqualTo(config);
        assertThat(method.format().write(config, Recorder.MODEL)).isEqualTo(Files.own());

        LlamaAdapterConfig paper = config.withGate(Gate.PER_HEAD);
        assertThat(method.format().read(method.format().write(paper, Recorder.MODEL), Recorder.MODEL))
                .isEqualTo(paper);
        LlamaAdapterConfig second = config.withV2();
        Map<String, Object> written = method.format().write(second, Recorder.MODEL);
        assertThat(method.format().read(written, Recorder.MODEL)).isEqualTo(second);
        Map<String, Object> file = Files.config();
        file.put("target_modules", "attn");
        assertThatThrownBy(() -> method.format().read(file, Recorder.MODEL))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("'target_modules' to attn");
    }

    @Test
    void whatPeftLacksIsWrittenSoThatPeftRefusesIt() {
        LlamaAdapterConfig config = LlamaAdapterConfig.defaults();
        assertThat(method.format().readByPeft(config)).isTrue();
        for (LlamaAdapterConfig own : List.of(config.withGate(Gate.PER_HEAD), config.withV2())) {
            assertThat(method.format().readByPeft(own)).isFalse();
            assertThat(method.format().write(own, Recorder.MODEL).get("target_modules"))
                    .as("no module's name ends so")
                    .isNotEqualTo("self_attn");
        }
    }

    @Test
    void onlyPromptsInSomeLayersLeaveTheLowerOnesAlone() {
        LlamaAdapterConfig top = LlamaAdapterConfig.defaults().withAdapterLayers(2);
        assertThat(method.traits(top)).contains(Trait.TOP_LAYERS_ONLY);
        assertThat(method.traits(top.withV2())).containsExactly(Trait.IDENTITY_AT_INIT);
        assertThat(method.traits(LlamaAdapterConfig.defaults())).containsExactly(Trait.IDENTITY_AT_INIT);
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> LlamaAdapterConfig.defaults().withAdapterLength(0))
                .hasMessageContaining("adapter-length is 0");
        assertThat(method.problems(LlamaAdapterConfig.defaults().withAdapterLayers(6), Recorder.MODEL))
                .containsExactly("adapter-layers is 6, but this model has 5 layers; 0 means all");
    }
}
