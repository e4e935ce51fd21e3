package org.example.bottleneck;

import java.util.Set;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.Init;
import org.peft4j.api.Installer;
import org.peft4j.api.Param;
import org.peft4j.api.Role;
import org.peft4j.api.Trait;
import org.peft4j.api.Var;

/** Bottleneck adapters (Houlsby et al. 2019; Pfeiffer et al. 2021): {@code y + up(relu(down(y)))} behind sub-layers. */
public final class BottleneckMethod implements AdapterMethod<BottleneckConfig> {
    @Override
    public String name() {
        return "bottleneck";
    }

    @Override
    public String description() {
        return "Puts small two-layer networks behind sub-layers (bottleneck adapters, Houlsby et al. 2019).";
    }

    @Override
    public Class<BottleneckConfig> configType() {
        return BottleneckConfig.class;
    }

    @Override
    public void install(BottleneckConfig config, Installer installer) {
        boolean both = config.placement() == BottleneckConfig.Placement.HOULSBY;
        installer.stream(
                site -> site.is(Role.MLP_OUT) || (both && site.is(Role.ATTENTION_OUT)), (site, params) -> {
                    Param down = params.param(
                            "adapter_down.weight", new Init.KaimingUniform(Math.sqrt(5)), config.size(), site.out());
                    Param downBias = params.param("adapter_down.bias", new Init.Zeros(), config.size());
                    Param up = params.param("adapter_up.weight", new Init.Zeros(), site.out(), config.size());
                    Param upBias = params.param("adapter_up.bias", new Init.Zeros(), site.out());
                    return (input, output, ops) -> {
                        Var inner = ops.relu(ops.add(ops.matmulT(output, down), downBias));
                        return ops.add(output, ops.add(ops.matmulT(inner, up), upBias));
                    };
                });
    }

    @Override
    public Set<Trait> traits(BottleneckConfig config) {
        return Set.of(Trait.IDENTITY_AT_INIT);
    }
}
