package org.peft4j.e2e;

import java.util.List;
import java.util.Map;
import org.peft4j.api.AdapterMethod;
import org.peft4j.full.FullConfig;
import org.peft4j.full.FullMethod;
import org.peft4j.testkit.AdapterMethodContract;

/** Full fine-tuning keeps the contract of every method. */
class FullContractTests extends AdapterMethodContract<FullConfig> {
    @Override
    protected AdapterMethod<FullConfig> method() {
        return new FullMethod();
    }

    @Override
    protected List<FullConfig> settings() {
        return List.of(FullConfig.defaults(), new FullConfig(List.of(FullConfig.Part.NORMS), List.of(1)));
    }

    @Override
    protected Map<FullConfig, String> impossible() {
        return Map.of(new FullConfig(List.of(FullConfig.Part.NORMS), List.of(7)), "7");
    }
}
