package org.peft4j.model;

import org.peft4j.api.AttentionCall;
import org.peft4j.api.AttentionHook;
import org.peft4j.api.BaseLinear;
import org.peft4j.api.KeyWindow;
import org.peft4j.api.LinearHook;
import org.peft4j.api.Ops;
import org.peft4j.api.Site;
import org.peft4j.api.StreamHook;
import org.peft4j.api.Var;

/** Hooks whose change is scaled: {@code base + weight * (hook - base)}, base being what the hook stands around. */
final class WeightedHooks {
    private WeightedHooks() {}

    static LinearHook linear(LinearHook hook, double weight) {
        return (x, base, ops) -> {
            Var without = base.apply(x);
            return mix(without, hook.apply(x, new Known(base, x, without, ops), ops), weight, ops);
        };
    }

    static AttentionHook attention(AttentionHook hook, double weight) {
        return (call, ops) -> {
            Var without = call.attend();
            return mix(without, hook.apply(new KnownCall(call, without, ops), ops), weight, ops);
        };
    }

    static StreamHook stream(StreamHook hook, double weight) {
        return (input, output, ops) -> mix(output, hook.apply(input, copy(output, ops), ops), weight, ops);
    }

    private static Var mix(Var without, Var with, double weight, Ops ops) {
        return ops.add(without, ops.scale(ops.sub(with, without), weight));
    }

    /** A hook may write into what it is given: {@link Ops#addLowRank}. */
    private static Var copy(Var value, Ops ops) {
        return ops.scale(value, 1);
    }

    /** A layer whose output for one input is known already: otherwise each hook would double the work of those inside. */
    private record Known(BaseLinear base, Var x, Var y, Ops ops) implements BaseLinear {
        @Override
        public Site site() {
            return base.site();
        }

        @Override
        public Var apply(Var other) {
            return other == x ? copy(y, ops) : base.apply(other);
        }

        @Override
        public Var product(Var other) {
            return base.product(other);
        }

        @Override
        public Var addBias(Var value) {
            return base.addBias(value);
        }

        @Override
        public Var rowNorms() {
            return base.rowNorms();
        }
    }

    /** Attention whose unchanged result is known already. */
    private record KnownCall(AttentionCall call, Var result, Ops ops) implements AttentionCall {
        @Override
        public Site site() {
            return call.site();
        }

        @Override
        public Var hidden() {
            return call.hidden();
        }

        @Override
        public Var q() {
            return call.q();
        }

        @Override
        public Var k() {
            return call.k();
        }

        @Override
        public Var v() {
            return call.v();
        }

        @Override
        public Var projectK(Var rows) {
            return call.projectK(rows);
        }

        @Override
        public Var projectV(Var rows) {
            return call.projectV(rows);
        }

        @Override
        public AttentionCall withPrefix(Var keys, Var values) {
            return call.withPrefix(keys, values);
        }

        @Override
        public AttentionCall withWindow(KeyWindow window) {
            return call.withWindow(window);
        }

        @Override
        public Var attend() {
            return copy(result, ops);
        }

        @Override
        public Var attendOver(Var keys, Var values) {
            return call.attendOver(keys, values);
        }
    }
}
