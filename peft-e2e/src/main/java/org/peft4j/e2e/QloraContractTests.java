package org.peft4j.e2e;

import java.util.List;
import java.util.Map;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.Targets;
import org.peft4j.lora.LoraConfig;
import org.peft4j.qlora.QloraConfig;
import org.peft4j.qlora.QloraInit;
import org.peft4j.qlora.QloraMethod;
import org.peft4j.qlora.Quantization;
import org.peft4j.testkit.AdapterMethodContract;

/** QLoRA keeps the contract of every method. */
class QloraContractTests extends AdapterMethodContract<QloraConfig> {
    @Override
    protected AdapterMethod<QloraConfig> method() {
        return new QloraMethod();
    }

    @Override
    protected List<QloraConfig> settings() {
        return List.of(
                QloraConfig.of(LoraConfig.builder()
                        .rank(2)
                        .targetModules(Targets.allLinear())
                        .build()),
                new QloraConfig(
                        LoraConfig.builder().rank(2).dora(true).build(),
                        Targets.of("q_proj", "up_proj"),
                        Quantization.INT8,
                        false,
                        QloraInit.LORA,
                        1),
                new QloraConfig(
                        LoraConfig.builder().rank(2).build(),
                        Targets.allLinear(),
                        Quantization.FP4,
                        true,
                        QloraInit.LOFTQ,
                        2));
    }

    @Override
    protected Map<QloraConfig, String> impossible() {
        return Map.of(
                new QloraConfig(
                        LoraConfig.builder().build(), Targets.of("query"), Quantization.NF4, true, QloraInit.LORA, 1),
                "quantized-modules");
    }
}
