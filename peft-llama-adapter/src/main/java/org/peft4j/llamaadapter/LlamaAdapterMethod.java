package org.peft4j.llamaadapter;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.peft4j.api.AdapterFormat;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.AttentionHook;
import org.peft4j.api.BaseParam;
import org.peft4j.api.Init;
import org.peft4j.api.Installer;
import org.peft4j.api.LinearHook;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Ops;
import org.peft4j.api.Param;
import org.peft4j.api.ParamScope;
import org.peft4j.api.ParamSpec;
import org.peft4j.api.Role;
import org.peft4j.api.Site;
import org.peft4j.api.Targets;
import org.peft4j.api.Trait;
import org.peft4j.api.Var;

/**
 * LLaMA-Adapter (Zhang et al. 2023): in the top layers, every token also attends over a trained prompt, in a softmax of its own
 * whose result enters through a gate that starts at zero. The options of its second version (Gao et al. 2023, section 3.1) train
 * the norms as well, and give each linear layer of each decoder layer a bias and a scale.
 */
public final class LlamaAdapterMethod implements AdapterMethod<LlamaAdapterConfig> {
    /** For {@link java.util.ServiceLoader}. */
    public LlamaAdapterMethod() {}

    @Override
    public String name() {
        return "llama-adapter";
    }

    @Override
    public String description() {
        return "Adds gated attention over a trained prompt to the top layers (LLaMA-Adapter, Zhang et al. 2023).";
    }

    @Override
    public Class<LlamaAdapterConfig> configType() {
        return LlamaAdapterConfig.class;
    }

    @Override
    public List<String> problems(LlamaAdapterConfig config, ModelShape model) {
        return config.adapterLayers() <= model.layers()
                ? List.of()
                : List.of("adapter-layers is " + config.adapterLayers() + ", but this model has " + model.layers()
                        + " layers; 0 means all");
    }

    @Override
    public void install(LlamaAdapterConfig config, Installer installer) {
        ModelShape model = installer.model();
        int count = config.adapterLayers() == 0 ? model.layers() : config.adapterLayers();
        int lowest = model.layers() - count;
        installer.attention(
                site -> site.is(Role.ATTENTION) && site.layer() >= lowest,
                (site, params) -> hook(config, model, params));
        if (config.unfreezeNorms()) {
            model.parameters().stream()
                    .filter(p -> p.kind() == BaseParam.Kind.NORM)
                    .forEach(installer::unfreeze);
        }
        if (config.biasAndScale()) {
            installer.linear(Targets.allLinear(), (site, params) -> biasAndScale(site, params));
        }
    }

    @Override
    public Set<Trait> traits(LlamaAdapterConfig config) {
        boolean top = config.adapterLayers() > 0 && config.promptsOnly();
        return top ? Set.of(Trait.IDENTITY_AT_INIT, Trait.TOP_LAYERS_ONLY) : Set.of(Trait.IDENTITY_AT_INIT);
    }

    @Override
    public AdapterFormat<LlamaAdapterConfig> format() {
        return new LlamaAdapterFormat();
    }

    private static AttentionHook hook(LlamaAdapterConfig config, ModelShape model, ParamScope params) {
        boolean perHead = config.gate() == Gate.PER_HEAD;
        Param prompt =
                params.param("adaption_prompt", new Init.Normal(0, 1), 1, config.adapterLength(), model.hiddenSize());
        Param gate = perHead
                ? params.param("adaption_gate", new Init.Zeros(), 1, model.heads(), 1, 1)
                : params.param("adaption_gate", new Init.Zeros(), 1);
        return (call, ops) -> {
            Var over = call.attendOver(call.projectK(prompt), call.projectV(prompt));
            Var factor = perHead ? spread(ops.tanh(gate), model, ops) : gate;
            return ops.add(call.attend(), ops.mul(over, factor));
        };
    }

    /**
     * {@code y = s * (W x + b)} with s = 1 and b = 0 at first, as the second paper has it; its repository's 65B chat model
     * (OpenGVLab/LLaMA-Adapter) scales the input instead.
     */
    private static LinearHook biasAndScale(Site site, ParamScope params) {
        Param bias = params.param(
                ParamSpec.of("adapter_bias", new Init.Zeros(), site.out()).withoutWeightDecay());
        Param scale = params.param(
                ParamSpec.of("adapter_scale", new Init.Ones(), site.out()).withoutWeightDecay());
        return (x, base, ops) -> ops.mul(ops.add(base.apply(x), bias), scale);
    }

    /** One value per head, repeated for each of its columns: [heads * headDim]. */
    private static Var spread(Var perHead, ModelShape model, Ops ops) {
        float[] ones = new float[model.headDim()];
        Arrays.fill(ones, 1);
        Var columns = ops.matmul(ops.reshape(perHead, model.heads(), 1), ops.constant(ones, 1, model.headDim()));
        return ops.reshape(columns, model.queryWidth());
    }
}
