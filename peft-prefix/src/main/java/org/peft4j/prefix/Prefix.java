package org.peft4j.prefix;

import org.peft4j.api.Init;
import org.peft4j.api.Installer;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Ops;
import org.peft4j.api.Param;
import org.peft4j.api.ParamSpec;
import org.peft4j.api.TextActivations;
import org.peft4j.api.Var;

/** Gives any run of columns of the prefix matrix [tokens, layers * 2 * kvWidth]. */
@FunctionalInterface
interface Prefix {
    Var columns(long from, long to, Ops ops);

    /** The matrix is the parameter. */
    static Prefix direct(PrefixConfig config, Installer in) {
        int width = width(in.model());
        Init init = switch (config.init()) {
            case ZERO -> new Init.Zeros();
            case TEXT -> new Init.Values(fromText(config, in));
            case RANDOM -> new Init.Normal(0, 1);
        };
        Param prefix = in.param("prompt_embeddings", init, config.virtualTokens(), width);
        return (from, to, ops) -> ops.columns(prefix, from, to);
    }

    /**
     * The matrix is made from an embedding by linear, tanh, linear. Only the columns asked for are computed, so that the layers
     * together compute it once.
     */
    static Prefix projected(PrefixConfig config, Installer in) {
        int narrow = in.model().kvWidth();
        int hidden = config.projectionSize() == 0 ? narrow : config.projectionSize();
        int width = width(in.model());
        boolean zero = config.init() == PrefixInit.ZERO;
        Param embedding = own(in, "embedding.weight", new Init.Normal(0, 1), config.virtualTokens(), narrow);
        Param weight = own(in, "transform.0.weight", uniform(narrow), hidden, narrow);
        Param bias = own(in, "transform.0.bias", uniform(narrow), hidden);
        Param lastWeight = own(in, "transform.2.weight", zero ? new Init.Zeros() : uniform(hidden), width, hidden);
        Param lastBias = own(in, "transform.2.bias", zero ? new Init.Zeros() : uniform(hidden), width);
        Prefix prefix = (from, to, ops) -> {
            Var inner = ops.tanh(ops.add(ops.matmulT(embedding, weight), bias));
            Var some = ops.matmulT(inner, ops.rows(lastWeight, from, to));
            Var someBias = ops.columns(ops.reshape(lastBias, 1, width), from, to);
            return ops.add(some, ops.reshape(someBias, to - from));
        };
        in.derived("prompt_embeddings", ops -> prefix.columns(0, width, ops));
        return prefix;
    }

    private static int width(ModelShape model) {
        return model.layers() * 2 * model.kvWidth();
    }

    private static Param own(Installer in, String name, Init init, long... shape) {
        return in.param(ParamSpec.of(name, init, shape).unsaved());
    }

    private static Init uniform(int fanIn) {
        return new Init.Uniform(1 / Math.sqrt(fanIn));
    }

    private static float[] fromText(PrefixConfig config, Installer in) {
        TextActivations text = in.activations(config.initText());
        int kv = in.model().kvWidth();
        int width = width(in.model());
        float[] values = new float[config.virtualTokens() * width];
        for (int t = 0; t < config.virtualTokens(); t++) {
            int row = (t % text.tokens()) * kv;
            for (int layer = 0; layer < in.model().layers(); layer++) {
                int at = t * width + 2 * layer * kv;
                System.arraycopy(text.keys().get(layer), row, values, at, kv);
                System.arraycopy(text.values().get(layer), row, values, at + kv, kv);
            }
        }
        return values;
    }
}
