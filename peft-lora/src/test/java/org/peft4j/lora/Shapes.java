package org.peft4j.lora;

import java.util.ArrayList;
import java.util.List;
import org.peft4j.api.BaseParam;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Role;
import org.peft4j.api.Shape;
import org.peft4j.api.Site;

/** The shape of a Llama of hidden size 64 with 5 layers, 8 heads, 4 KV heads. */
final class Shapes {
    private Shapes() {}

    static ModelShape llama(boolean tied) {
        List<Site> sites = new ArrayList<>();
        List<BaseParam> params = new ArrayList<>();
        params.add(new BaseParam("model.embed_tokens.weight", -1, BaseParam.Kind.EMBEDDING, Shape.of(512, 64)));
        for (int i = 0; i < 5; i++) {
            String layer = "model.layers." + i + ".";
            norm(layer + "input_layernorm", i, params);
            linear(layer + "self_attn.q_proj", i, Role.Q, 64, 64, sites, params);
            linear(layer + "self_attn.k_proj", i, Role.K, 64, 32, sites, params);
            linear(layer + "self_attn.v_proj", i, Role.V, 64, 32, sites, params);
            sites.add(new Site(layer + "self_attn", i, Role.ATTENTION, 64, 64));
            linear(layer + "self_attn.o_proj", i, Role.O, 64, 64, sites, params);
            norm(layer + "post_attention_layernorm", i, params);
            linear(layer + "mlp.gate_proj", i, Role.GATE, 64, 172, sites, params);
            linear(layer + "mlp.up_proj", i, Role.UP, 64, 172, sites, params);
            linear(layer + "mlp.down_proj", i, Role.DOWN, 172, 64, sites, params);
        }
        norm("model.norm", -1, params);
        sites.add(new Site("lm_head", -1, Role.LM_HEAD, 64, 512));
        if (!tied) {
            params.add(new BaseParam("lm_head.weight", -1, BaseParam.Kind.WEIGHT, Shape.of(512, 64)));
        }
        return new ModelShape("llama", 64, 5, 8, 4, 8, 172, 512, 512, sites, params);
    }

    private static void linear(
            String path, int layer, Role role, long in, long out, List<Site> sites, List<BaseParam> params) {
        sites.add(new Site(path, layer, role, in, out));
        params.add(new BaseParam(path + ".weight", layer, BaseParam.Kind.WEIGHT, Shape.of(out, in)));
    }

    private static void norm(String path, int layer, List<BaseParam> params) {
        params.add(new BaseParam(path + ".weight", layer, BaseParam.Kind.NORM, Shape.of(64)));
    }
}
