package org.example.bottleneck;

import java.util.List;
import java.util.Map;
import org.peft4j.api.AdapterMethod;
import org.peft4j.testkit.AdapterMethodContract;

class BottleneckContractTests extends AdapterMethodContract<BottleneckConfig> {
    @Override
    protected AdapterMethod<BottleneckConfig> method() {
        return new BottleneckMethod();
    }

    @Override
    protected List<BottleneckConfig> settings() {
        return List.of(new BottleneckConfig(8, BottleneckConfig.Placement.HOULSBY, BottleneckConfig.Activation.RELU),
                new BottleneckConfig(4, BottleneckConfig.Placement.PFEIFFER, BottleneckConfig.Activation.SWISH));
    }

    @Override
    protected Map<BottleneckConfig, String> impossible() {
        return Map.of(new BottleneckConfig(33, BottleneckConfig.Placement.PFEIFFER, BottleneckConfig.Activation.RELU), "reduction-factor");
    }
}
