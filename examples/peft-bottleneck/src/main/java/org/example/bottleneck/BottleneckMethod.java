package org.example.bottleneck;

import java.util.List;
import java.util.Set;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.Init;
import org.peft4j.api.Installer;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Ops;
import org.peft4j.api.Param;
import org.peft4j.api.ParamScope;
import org.peft4j.api.Role;
import org.peft4j.api.Site;
import org.peft4j.api.StreamHook;
import org.peft4j.api.Trait;
import org.peft4j.api.Var;

/**
 * Bottleneck adapters (Houlsby et al. 2019; Pfeiffer et al. 2021): {@code y + up(f(down(y)))} behind sub-layers. The upper
 * projection starts at zero, so that the model starts as it was.
 */
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
    public List<String> problems(BottleneckConfig config, ModelShape model) {
        return config.reductionFactor() <= model.hiddenSize()
                ? List.of()
                : List.of("reduction-factor: " + config.reductionFactor() + " leaves nothing of the model's width of "
                        + model.hiddenSize());
    }

    @Override
    public void install(BottleneckConfig config, Installer installer) {
        boolean both = config.placement() == BottleneckConfig.Placement.HOULSBY;
        installer.stream(
                site -> site.is(Role.MLP_OUT) || both && site.is(Role.ATTENTION_OUT),
                (site, params) -> adapter(config, site, params));
    }

    private static StreamHook adapter(BottleneckConfig config, Site site, ParamScope params) {
        long width = site.out();
        long narrow = width / config.reductionFactor();
        Param down = params.param("adapter_down.weight", new Init.KaimingUniform(Math.sqrt(5)), narrow, width);
        Param downBias = params.param("adapter_down.bias", new Init.Zeros(), narrow);
        Param up = params.param("adapter_up.weight", new Init.Zeros(), width, narrow);
        Param upBias = params.param("adapter_up.bias", new Init.Zeros(), width);
        return (input, output, ops) -> {
            Var inner = activation(config, ops, ops.add(ops.matmulT(output, down), downBias));
            return ops.add(output, ops.add(ops.matmulT(inner, up), upBias));
        };
    }

    private static Var activation(BottleneckConfig config, Ops ops, Var x) {
        return switch (config.activation()) {
            case RELU -> ops.relu(x);
            case GELU -> ops.gelu(x);
            case SWISH -> ops.silu(x);
        };
    }

    @Override
    public Set<Trait> traits(BottleneckConfig config) {
        return Set.of(Trait.IDENTITY_AT_INIT);
    }
}
