package org.peft4j.model;

import java.util.ArrayList;
import java.util.List;
import org.peft4j.api.AttentionCall;
import org.peft4j.api.AttentionHook;
import org.peft4j.api.KeyWindow;
import org.peft4j.api.Site;
import org.peft4j.api.Var;
import org.peft4j.engine.Attention;
import org.peft4j.engine.Tensor;

/** A layer's attention with the first {@code level} of its hooks around it, and what hooks further out have added. */
record SiteAttention(Layer layer, Inputs inputs, List<AttentionHook> hooks, int level, Added added)
        implements AttentionCall {
    /**
     * What goes into attention.
     *
     * @param hidden the normed residual stream
     * @param q queries, rotated
     * @param k keys, rotated
     * @param v values
     */
    record Inputs(Tensor hidden, Tensor q, Tensor k, Tensor v) {}

    /** Prefixes and a window that hooks have asked for. */
    record Added(List<Attention.Shared> prefixes, KeyWindow window) {}

    static SiteAttention outermost(Layer layer, Inputs inputs) {
        List<AttentionHook> hooks = layer.attentionHooks();
        Added none = new Added(List.of(), layer.window());
        return new SiteAttention(layer, inputs, hooks, hooks.size(), none);
    }

    @Override
    public Site site() {
        return layer.attentionSite();
    }

    @Override
    public Var hidden() {
        return inputs.hidden;
    }

    @Override
    public Var q() {
        return inputs.q;
    }

    @Override
    public Var k() {
        return inputs.k;
    }

    @Override
    public Var v() {
        return inputs.v;
    }

    @Override
    public Var projectK(Var rows) {
        return layer.bareKey(rows);
    }

    @Override
    public Var projectV(Var rows) {
        return layer.bareValue(rows);
    }

    @Override
    public AttentionCall withPrefix(Var keys, Var values) {
        List<Attention.Shared> more = new ArrayList<>(added.prefixes);
        more.add(new Attention.Shared((Tensor) keys, (Tensor) values));
        return new SiteAttention(layer, inputs, hooks, level, new Added(more, added.window));
    }

    @Override
    public AttentionCall withWindow(KeyWindow window) {
        KeyWindow outer = added.window;
        KeyWindow both = (h, p, n) -> Math.max(outer.firstKey(h, p, n), window.firstKey(h, p, n));
        return new SiteAttention(layer, inputs, hooks, level, new Added(added.prefixes, both));
    }

    @Override
    public Tensor attend() {
        if (level > 0) {
            SiteAttention inner = new SiteAttention(layer, inputs, hooks, level - 1, added);
            return (Tensor) hooks.get(level - 1).apply(inner, layer.ops());
        }
        return layer.attend(inputs, added);
    }

    @Override
    public Var attendOver(Var keys, Var values) {
        return layer.attendOver(inputs.q, (Tensor) keys, (Tensor) values);
    }
}
