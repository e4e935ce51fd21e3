package org.peft4j.e2e;

import java.util.List;
import java.util.Map;
import org.peft4j.api.AdapterMethod;
import org.peft4j.prefix.PrefixConfig;
import org.peft4j.prefix.PrefixInit;
import org.peft4j.prefix.PrefixMethod;
import org.peft4j.testkit.AdapterMethodContract;

/** Prefix tuning keeps the contract of every method. */
class PrefixContractTests extends AdapterMethodContract<PrefixConfig> {
    @Override
    protected AdapterMethod<PrefixConfig> method() {
        return new PrefixMethod();
    }

    @Override
    protected List<PrefixConfig> settings() {
        return List.of(
                new PrefixConfig(3, false, 0, PrefixInit.RANDOM, ""),
                new PrefixConfig(2, true, 12, PrefixInit.RANDOM, ""));
    }

    @Override
    protected Map<PrefixConfig, String> impossible() {
        return Map.of(new PrefixConfig(64, false, 0, PrefixInit.RANDOM, ""), "64");
    }
}
