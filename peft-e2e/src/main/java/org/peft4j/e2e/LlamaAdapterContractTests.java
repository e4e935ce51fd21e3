package org.peft4j.e2e;

import java.util.List;
import java.util.Map;
import org.peft4j.api.AdapterMethod;
import org.peft4j.llamaadapter.Gate;
import org.peft4j.llamaadapter.LlamaAdapterConfig;
import org.peft4j.llamaadapter.LlamaAdapterMethod;
import org.peft4j.testkit.AdapterMethodContract;

/** LLaMA-Adapter keeps the contract of every method. */
class LlamaAdapterContractTests extends AdapterMethodContract<LlamaAdapterConfig> {
    @Override
    protected AdapterMethod<LlamaAdapterConfig> method() {
        return new LlamaAdapterMethod();
    }

    @Override
    protected List<LlamaAdapterConfig> settings() {
        return List.of(
                new LlamaAdapterConfig(3, 1, Gate.SCALAR, false, false),
                new LlamaAdapterConfig(2, 0, Gate.PER_HEAD, false, false),
                new LlamaAdapterConfig(2, 1, Gate.SCALAR, true, true));
    }

    @Override
    protected Map<LlamaAdapterConfig, String> impossible() {
        return Map.of(new LlamaAdapterConfig(3, 3, Gate.SCALAR, false, false), "3");
    }
}
