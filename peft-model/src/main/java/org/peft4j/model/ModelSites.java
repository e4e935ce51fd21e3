package org.peft4j.model;

import java.util.ArrayList;
import java.util.List;
import org.peft4j.api.BaseParam;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Role;
import org.peft4j.api.Shape;
import org.peft4j.api.Site;
import org.peft4j.checkpoint.ModelConfig;

/** Names every place and every tensor of a Llama-family model as its checkpoint does. */
final class ModelSites {
    private final ModelConfig config;
    private final List<Site> sites = new ArrayList<>();
    private final List<BaseParam> params = new ArrayList<>();

    private ModelSites(ModelConfig config) {
        this.config = config;
    }

    static ModelShape shape(ModelConfig config) {
        ModelSites names = new ModelSites(config);
        int hidden = config.hiddenSize();
        names.tensor("model.embed_tokens.weight", -1, BaseParam.Kind.EMBEDDING, Shape.of(config.vocabSize(), hidden));
        for (int i = 0; i < config.layers(); i++) {
            names.layer(i);
        }
        names.tensor("model.norm.weight", -1, BaseParam.Kind.NORM, Shape.of(hidden));
        names.sites.add(new Site("lm_head", -1, Role.LM_HEAD, hidden, config.vocabSize()));
        if (!config.tiedEmbeddings()) {
            names.tensor("lm_head.weight", -1, BaseParam.Kind.WEIGHT, Shape.of(config.vocabSize(), hidden));
        }
        return new ModelShape(
                config.architecture().modelType(),
                hidden,
                config.layers(),
                config.heads(),
                config.kvHeads(),
                config.headDim(),
                config.intermediateSize(),
                config.vocabSize(),
                config.maxPositions(),
                names.sites,
                names.params);
    }

    private void layer(int i) {
        String path = "model.layers." + i;
        String attention = path + ".self_attn";
        long hidden = config.hiddenSize();
        long inner = config.intermediateSize();
        tensor(path + ".input_layernorm.weight", i, BaseParam.Kind.NORM, Shape.of(hidden));
        linear(attention + ".q_proj", i, Role.Q, hidden, config.queryWidth(), config.qkvBias());
        linear(attention + ".k_proj", i, Role.K, hidden, config.keyValueWidth(), config.qkvBias());
        linear(attention + ".v_proj", i, Role.V, hidden, config.keyValueWidth(), config.qkvBias());
        sites.add(new Site(attention, i, Role.ATTENTION, hidden, config.queryWidth()));
        linear(attention + ".o_proj", i, Role.O, config.queryWidth(), hidden, config.outputBias());
        sites.add(new Site(attention, i, Role.ATTENTION_OUT, hidden, hidden));
        tensor(path + ".post_attention_layernorm.weight", i, BaseParam.Kind.NORM, Shape.of(hidden));
        linear(path + ".mlp.gate_proj", i, Role.GATE, hidden, inner, config.mlpBias());
        linear(path + ".mlp.up_proj", i, Role.UP, hidden, inner, config.mlpBias());
        linear(path + ".mlp.down_proj", i, Role.DOWN, inner, hidden, config.mlpBias());
        sites.add(new Site(path + ".mlp", i, Role.MLP_OUT, hidden, hidden));
        sites.add(new Site(path, i, Role.LAYER_OUT, hidden, hidden));
    }

    private void linear(String path, int layer, Role role, long in, long out, boolean bias) {
        sites.add(new Site(path, layer, role, in, out));
        tensor(path + ".weight", layer, BaseParam.Kind.WEIGHT, Shape.of(out, in));
        if (bias) {
            tensor(path + ".bias", layer, BaseParam.Kind.BIAS, Shape.of(out));
        }
    }

    private void tensor(String path, int layer, BaseParam.Kind kind, Shape shape) {
        params.add(new BaseParam(path, layer, kind, shape));
    }
}
