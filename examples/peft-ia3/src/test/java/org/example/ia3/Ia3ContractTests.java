package org.example.ia3;

import java.util.List;
import java.util.Map;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.Targets;
import org.peft4j.testkit.AdapterMethodContract;

class Ia3ContractTests extends AdapterMethodContract<Ia3Config> {
    @Override
    protected AdapterMethod<Ia3Config> method() {
        return new Ia3Method();
    }

    @Override
    protected List<Ia3Config> settings() {
        return List.of(Ia3Config.defaults(), new Ia3Config(Targets.of("q_proj", "up_proj"), Targets.of("up_proj")));
    }

    @Override
    protected Map<Ia3Config, String> impossible() {
        return Map.of(new Ia3Config(Targets.of("query"), Targets.none()), "matches no linear layer");
    }
}
