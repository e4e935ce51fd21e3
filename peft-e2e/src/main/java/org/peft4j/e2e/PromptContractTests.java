package org.peft4j.e2e;

import java.util.List;
import java.util.Map;
import org.peft4j.api.AdapterMethod;
import org.peft4j.prompt.PromptConfig;
import org.peft4j.prompt.PromptMethod;
import org.peft4j.testkit.AdapterMethodContract;

/** Prompt tuning keeps the contract of every method. */
class PromptContractTests extends AdapterMethodContract<PromptConfig> {
    @Override
    protected AdapterMethod<PromptConfig> method() {
        return new PromptMethod();
    }

    @Override
    protected List<PromptConfig> settings() {
        return List.of(new PromptConfig(3, ""));
    }

    @Override
    protected Map<PromptConfig, String> impossible() {
        return Map.of(new PromptConfig(64, ""), "64");
    }
}
