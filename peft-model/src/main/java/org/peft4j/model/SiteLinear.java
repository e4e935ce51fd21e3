package org.peft4j.model;

import java.util.List;
import org.peft4j.api.BaseLinear;
import org.peft4j.api.LinearHook;
import org.peft4j.api.Role;
import org.peft4j.api.Site;
import org.peft4j.api.Var;
import org.peft4j.engine.EngineParam;
import org.peft4j.engine.FrozenMatrix;
import org.peft4j.engine.ModelOps;
import org.peft4j.engine.Tape;
import org.peft4j.engine.Tensor;

/** A linear layer with the first {@code level} of its hooks around it. */
record SiteLinear(AdaptedModel model, Tape tape, Site site, List<LinearHook> hooks, int level) implements BaseLinear {
    static SiteLinear outermost(AdaptedModel model, Tape tape, Site site) {
        List<LinearHook> hooks = model.linearHooks(site);
        return new SiteLinear(model, tape, site, hooks, hooks.size());
    }

    /** The layer without any hook. */
    static SiteLinear bare(AdaptedModel model, Tape tape, Site site) {
        return new SiteLinear(model, tape, site, List.of(), 0);
    }

    @Override
    public Tensor apply(Var x) {
        if (level > 0) {
            SiteLinear inner = new SiteLinear(model, tape, site, hooks, level - 1);
            return (Tensor) hooks.get(level - 1).apply(x, inner, tape.ops());
        }
        return addBias(product(x));
    }

    /** As {@link #apply} for the gated activation: where nothing else looks at the product, it needn't be in fp32. */
    Tensor intoGate(Tensor x) {
        boolean alone = level == 0 && !hasBias() && model.unfrozen(model.base().weightKey(site)) == null;
        return alone ? ModelOps.linearIntoGate(tape, x, model.matrix(site)) : apply(x);
    }

    @Override
    public Tensor product(Var x) {
        if (level > 0) {
            Tensor bias = bias();
            Tensor y = apply(x);
            return bias == null ? y : tape.ops().sub(y, bias);
        }
        EngineParam own = model.unfrozen(model.base().weightKey(site));
        if (own != null) {
            return tape.ops().matmulT(x, own);
        }
        // A layer ends in its down projection: unless a hook does, nothing but the residual stream looks at it.
        return site.is(Role.DOWN)
                ? ModelOps.lastLinear(tape, (Tensor) x, model.matrix(site))
                : ModelOps.linear(tape, (Tensor) x, model.matrix(site));
    }

    @Override
    public Tensor addBias(Var y) {
        Tensor bias = bias();
        return bias == null ? (Tensor) y : tape.ops().add(y, bias);
    }

    boolean hasBias() {
        return !model.base().biasKey(site).isEmpty();
    }

    /** The layer's bias, or null. */
    Tensor bias() {
        String key = model.base().biasKey(site);
        return key.isEmpty() ? null : model.vector(key);
    }

    @Override
    public Tensor rowNorms() {
        FrozenMatrix matrix = model.matrix(site);
        String key = model.base().weightKey(site) + "@" + System.identityHashCode(matrix);
        float[] norms = model.base().rowNorms(key, matrix);
        return tape.ops().constant(norms, norms.length);
    }
}
