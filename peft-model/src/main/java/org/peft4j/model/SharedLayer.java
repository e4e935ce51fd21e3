package org.peft4j.model;

import java.util.Arrays;
import java.util.List;
import org.peft4j.api.Role;
import org.peft4j.api.StreamHook;
import org.peft4j.engine.KeyValueCache;
import org.peft4j.engine.PartOps;
import org.peft4j.engine.Rope;
import org.peft4j.engine.Tape;
import org.peft4j.engine.Tensor;

/**
 * One decoder layer over new tokens of several requests with different adapters: what is frozen runs on all rows at once, hooks on the
 * rows of their own model.
 */
final class SharedLayer extends Layer {
    private final AdaptedModel plain;
    private final Tape tape;
    private final int index;
    private final Rope.Angles angles;
    private final Rows rows;
    private final List<Part> parts;
    private final List<SharedLinear.Span> spans;

    /**
     * The sequences of one model.
     *
     * @param model base and adapters
     * @param first the first sequence
     * @param end behind the last one
     */
    record Part(AdaptedModel model, int first, int end) {
        SharedLinear.Span span(Rows rows) {
            return new SharedLinear.Span(model, rows.starts()[first], rows.starts()[end]);
        }
    }

    SharedLayer(AdaptedModel plain, Tape tape, int index, Rope.Angles angles, Rows rows, List<Part> parts) {
        super(plain, tape, index, angles, rows);
        this.plain = plain;
        this.tape = tape;
        this.index = index;
        this.angles = angles;
        this.rows = rows;
        this.parts = parts;
        this.spans = parts.stream().map(p -> p.span(rows)).toList();
    }

    @Override
    Tensor linear(Role role, Tensor x) {
        return SharedLinear.apply(plain, tape, site(role), spans, x);
    }

    @Override
    Tensor intoGate(Role role, Tensor x) {
        return linear(role, x);
    }

    @Override
    Tensor stream(Role role, Tensor input, Tensor output) {
        if (parts.stream().allMatch(p -> p.model.streamHooks(site(role)).isEmpty())) {
            return output;
        }
        PartOps ops = new PartOps(tape, output);
        for (Part part : parts) {
            List<StreamHook> hooks = part.model.streamHooks(site(role));
            if (!hooks.isEmpty()) {
                SharedLinear.Span span = part.span(rows);
                Tensor in = ops.part(input, span.from(), span.to());
                Tensor out = ops.part(output, span.from(), span.to());
                for (StreamHook hook : hooks) {
                    out = (Tensor) hook.apply(in, out, ops);
                }
                ops.put(out, span.from());
            }
        }
        ops.flush();
        return output;
    }

    @Override
    Tensor attended(SiteAttention.Inputs in) {
        if (parts.stream().allMatch(p -> p.model.attentionHooks(attentionSite()).isEmpty())) {
            return super.attended(in);
        }
        Tensor joint = null;
        for (Part part : parts) {
            SharedLinear.Span span = part.span(rows);
            Layer own = new Layer(part.model, tape, index, angles, rows(part));
            SiteAttention.Inputs slice = new SiteAttention.Inputs(
                    slice(in.hidden(), span), slice(in.q(), span), slice(in.k(), span), slice(in.v(), span));
            Tensor result = own.attended(slice);
            joint = joint == null ? result : ops().concatRows(joint, result);
        }
        return joint;
    }

    private Tensor slice(Tensor x, SharedLinear.Span span) {
        return ops().rows(x, span.from(), span.to());
    }

    private Rows rows(Part part) {
        int[] starts = Arrays.copyOfRange(rows.starts(), part.first, part.end + 1);
        int first = starts[0];
        for (int i = 0; i < starts.length; i++) {
            starts[i] -= first;
        }
        List<KeyValueCache> caches = rows.caches().subList(part.first, part.end);
        return new Rows(starts, 0, caches);
    }
}
