package org.peft4j.e2e;

import java.util.List;
import java.util.Map;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.Targets;
import org.peft4j.lora.LoraConfig;
import org.peft4j.lora.LoraInit;
import org.peft4j.lora.LoraMethod;
import org.peft4j.testkit.AdapterMethodContract;

/** LoRA keeps the contract of every method. */
class LoraContractTests extends AdapterMethodContract<LoraConfig> {
    @Override
    protected AdapterMethod<LoraConfig> method() {
        return new LoraMethod();
    }

    @Override
    protected List<LoraConfig> settings() {
        return List.of(
                LoraConfig.builder().rank(2).build(),
                LoraConfig.builder()
                        .rank(3)
                        .alpha(5)
                        .targetModules(Targets.allLinear())
                        .rslora(true)
                        .dropout(0.1)
                        .init(LoraInit.GAUSSIAN)
                        .build(),
                LoraConfig.builder()
                        .rank(2)
                        .targetModules("q_proj", "down_proj", "lm_head")
                        .dora(true)
                        .build(),
                LoraConfig.builder()
                        .rank(2)
                        .targetModules("up_proj")
                        .layers(List.of(1))
                        .modulesToSave(List.of("lm_head"))
                        .build());
    }

    @Override
    protected Map<LoraConfig, String> impossible() {
        return Map.of(
                LoraConfig.builder().targetModules("query").build(),
                "'query' matches no linear layer",
                LoraConfig.builder().excludeModules(Targets.of("key")).build(),
                "exclude-modules: 'key' matches no linear layer",
                LoraConfig.builder().layers(List.of(2)).build(),
                "there is no layer 2",
                LoraConfig.builder().modulesToSave(List.of("head")).build(),
                "there is no module 'head'");
    }
}
