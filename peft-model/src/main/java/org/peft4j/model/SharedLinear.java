package org.peft4j.model;

import java.util.List;
import org.peft4j.api.BaseLinear;
import org.peft4j.api.LinearHook;
import org.peft4j.api.Site;
import org.peft4j.api.Var;
import org.peft4j.engine.PartOps;
import org.peft4j.engine.Tape;
import org.peft4j.engine.Tensor;

/** A linear layer over the rows of several requests: one product with the frozen weight, then each one's hooks on its own rows. */
final class SharedLinear {
    private SharedLinear() {}

    /**
     * The rows of one model.
     *
     * @param model base and adapters
     * @param from the first row
     * @param to behind the last one
     */
    record Span(AdaptedModel model, int from, int to) {}

    /**
     * The layer's output for x [rows, in].
     *
     * @param plain the base without adapters, which all spans' models stand on
     */
    static Tensor apply(AdaptedModel plain, Tape tape, Site site, List<Span> spans, Tensor x) {
        SiteLinear bare = SiteLinear.bare(plain, tape, site);
        Tensor y = bare.apply(x);
        PartOps ops = new PartOps(tape, y);
        for (Span span : spans) {
            List<LinearHook> hooks = span.model.linearHooks(site);
            if (!hooks.isEmpty()) {
                Tensor in = ops.part(x, span.from, span.to);
                BaseLinear inner = new Known(bare, in, ops.part(y, span.from, span.to), ops);
                for (LinearHook hook : hooks.subList(0, hooks.size() - 1)) {
                    inner = new Hooked(hook, inner, bare, ops);
                }
                ops.put((Tensor) hooks.get(hooks.size() - 1).apply(in, inner, ops), span.from);
            }
        }
        ops.flush();
        return y;
    }

    /** The layer whose output for one input is there already, to be given away once. */
    private static final class Known implements BaseLinear {
        private final SiteLinear bare;
        private final Tensor input;
        private final Tensor output;
        private final PartOps ops;
        private boolean given;

        Known(SiteLinear bare, Tensor input, Tensor output, PartOps ops) {
            this.bare = bare;
            this.input = input;
            this.output = output;
            this.ops = ops;
        }

        @Override
        public Site site() {
            return bare.site();
        }

        @Override
        public Var apply(Var x) {
            if (x == input && !given) {
                given = true;
                return output;
            }
            ops.flush();
            return bare.apply(x);
        }

        @Override
        public Var product(Var x) {
            if (bare.hasBias()) {
                ops.flush();
                return bare.product(x);
            }
            return apply(x);
        }

        @Override
        public Var addBias(Var y) {
            ops.flush();
            return bare.addBias(y);
        }

        @Override
        public Var rowNorms() {
            return bare.rowNorms();
        }
    }

    /** A hook around a layer, as the next one further out sees it. */
    private record Hooked(LinearHook hook, BaseLinear inner, SiteLinear bare, PartOps ops) implements BaseLinear {
        @Override
        public Site site() {
            return bare.site();
        }

        @Override
        public Var apply(Var x) {
            return hook.apply(x, inner, ops);
        }

        @Override
        public Var product(Var x) {
            return bare.hasBias() ? ops.sub(apply(x), bare.bias()) : apply(x);
        }

        @Override
        public Var addBias(Var y) {
            ops.flush();
            return bare.addBias(y);
        }

        @Override
        public Var rowNorms() {
            return bare.rowNorms();
        }
    }
}
