package org.peft4j.model;

import java.util.List;
import java.util.function.UnaryOperator;
import org.peft4j.api.AttentionHook;
import org.peft4j.api.KeyWindow;
import org.peft4j.api.Role;
import org.peft4j.api.Site;
import org.peft4j.api.StreamHook;
import org.peft4j.api.Var;
import org.peft4j.checkpoint.ModelConfig;
import org.peft4j.engine.Attention;
import org.peft4j.engine.KeyValueCache;
import org.peft4j.engine.ModelOps;
import org.peft4j.engine.Rope;
import org.peft4j.engine.Tape;
import org.peft4j.engine.TapeOps;
import org.peft4j.engine.Tensor;

/** One decoder layer in one run. */
class Layer {
    private final AdaptedModel model;
    private final Tape tape;
    private final int index;
    private final Rope.Angles angles;
    private final Rows rows;

    /**
     * How the rows of a run are divided.
     *
     * @param starts each sequence's first row, and at the end the number of rows
     * @param sharedRows rows at the front that every sequence sees
     * @param caches earlier tokens of each sequence, or empty
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Rows(int[] starts, int sharedRows, List<KeyValueCache> caches) {}

    Layer(AdaptedModel model, Tape tape, int index, Rope.Angles angles, Rows rows) {
        this.model = model;
        this.tape = tape;
        this.index = index;
        this.angles = angles;
        this.rows = rows;
    }

    /**
     * The residual stream behind the layer, [wanted rows, hidden]. Only attention looks from one row to another: behind it, rows that
     * nobody asks for are left out.
     *
     * @param x the residual stream before it, [tokens, hidden]
     * @param wanted picks the rows that are asked for from any tensor with a row a token
     */
    final Tensor apply(Tensor x, UnaryOperator<Tensor> wanted) {
        String path = "model.layers." + index;
        Tensor normed = norm(x, path + ".input_layernorm.weight");
        Tensor heads = wanted.apply(attention(normed));
        Tensor kept = wanted.apply(x);
        boolean looked = !model.streamHooks(site(Role.ATTENTION_OUT)).isEmpty();
        Tensor seen = looked ? wanted.apply(normed) : normed;
        Tensor attended = stream(Role.ATTENTION_OUT, seen, linear(Role.O, heads));
        Tensor middle = ModelOps.residual(tape, kept, attended);
        Tensor normed2 = norm(middle, path + ".post_attention_layernorm.weight");
        Tensor inner = ModelOps.swiglu(tape, intoGate(Role.GATE, normed2), intoGate(Role.UP, normed2));
        Tensor out = stream(Role.MLP_OUT, normed2, linear(Role.DOWN, inner));
        return stream(Role.LAYER_OUT, kept, ModelOps.residual(tape, middle, out));
    }

    /** What goes into the output projection, [tokens, heads * headDim]. */
    private Tensor attention(Tensor normed) {
        Tensor q = angles.apply(tape, linear(Role.Q, normed));
        Tensor k = angles.apply(tape, linear(Role.K, normed));
        Tensor v = linear(Role.V, normed);
        for (int s = 0; s < rows.caches.size(); s++) {
            rows.caches.get(s).layer(index).append(k, v, rows.starts[s], rows.starts[s + 1]);
        }
        return attended(new SiteAttention.Inputs(normed, q, k, v));
    }

    /** The heads' outputs, hooks included. */
    Tensor attended(SiteAttention.Inputs inputs) {
        return SiteAttention.outermost(this, inputs).attend();
    }

    Tensor attend(SiteAttention.Inputs in, SiteAttention.Added added) {
        Attention.Heads heads = heads(added.window());
        if (rows.caches.isEmpty()) {
            return Attention.causal(
                    tape, in.q(), in.k(), in.v(), rows.starts, rows.sharedRows, added.prefixes(), heads);
        }
        List<KeyValueCache.Layer> caches =
                rows.caches.stream().map(c -> c.layer(index)).toList();
        return Attention.cached(tape, in.q(), rows.starts, caches, added.prefixes(), heads);
    }

    Tensor attendOver(Tensor q, Tensor keys, Tensor values) {
        return Attention.over(tape, q, keys, values, heads(Attention.CAUSAL));
    }

    private Attention.Heads heads(KeyWindow window) {
        ModelConfig config = model.base().config();
        return new Attention.Heads(config.heads(), config.kvHeads(), config.headDim(), window);
    }

    /** The keys a query sees by the checkpoint's own rule. */
    KeyWindow window() {
        int width = model.base().config().slidingWindow(index);
        return width == 0 ? Attention.CAUSAL : (head, position, length) -> Math.max(0, position - width + 1);
    }

    private Tensor norm(Tensor x, String key) {
        return tape.ops().rmsNorm(x, model.vector(key), model.base().config().rmsNormEps());
    }

    Tensor stream(Role role, Tensor input, Tensor output) {
        Tensor y = output;
        for (StreamHook hook : model.streamHooks(site(role))) {
            y = (Tensor) hook.apply(input, y, tape.ops());
        }
        return y;
    }

    Tensor linear(Role role, Tensor x) {
        return SiteLinear.outermost(model, tape, site(role)).apply(x);
    }

    /** As {@link #linear}, of a result that nothing but the gate looks at, where no hook does. */
    Tensor intoGate(Role role, Tensor x) {
        return SiteLinear.outermost(model, tape, site(role)).intoGate(x);
    }

    Tensor bareKey(Var x) {
        return SiteLinear.bare(model, tape, site(Role.K)).apply(x);
    }

    Tensor bareValue(Var x) {
        return SiteLinear.bare(model, tape, site(Role.V)).apply(x);
    }

    List<AttentionHook> attentionHooks() {
        return model.attentionHooks(attentionSite());
    }

    Site attentionSite() {
        return site(Role.ATTENTION);
    }

    TapeOps ops() {
        return tape.ops();
    }

    Site site(Role role) {
        return model.base().site(index, role);
    }
}
