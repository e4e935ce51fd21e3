package org.peft4j.model;

import java.util.List;
import java.util.function.UnaryOperator;
import org.peft4j.api.Role;
import org.peft4j.engine.KeyValueCache;
import org.peft4j.engine.ModelOps;
import org.peft4j.engine.Rope;
import org.peft4j.engine.Tape;
import org.peft4j.engine.Tensor;

/** One pass of new tokens of several requests, each by its own adapters, through a base whose frozen products they share. */
final class SharedRun {
    private final AdaptedModel plain;
    private final Tape tape;
    private final List<SharedLayer.Part> parts;

    /**
     * @param plain the base without adapters
     * @param parts the sequences of each model, in the batch's order; all models share the base's frozen tensors and, where sequences
     *     begin, have no virtual tokens
     */
    SharedRun(AdaptedModel plain, Tape tape, List<SharedLayer.Part> parts) {
        this.plain = plain;
        this.tape = tape;
        this.parts = parts;
    }

    /** Logits of each sequence's last token, [sequences, vocabulary], its new tokens added to its cache. */
    Tensor lastLogits(Batch fresh, List<KeyValueCache> caches) {
        BaseModel base = plain.base();
        int[] positions = new int[fresh.tokens().length];
        int[] last = new int[fresh.sequences()];
        for (SharedLayer.Part part : parts) {
            for (int s = part.first(); s < part.end(); s++) {
                int from = caches.get(s).length() + part.model().positionOffset();
                for (int i = fresh.starts()[s]; i < fresh.starts()[s + 1]; i++) {
                    positions[i] = from + i - fresh.starts()[s];
                }
                last[s] = fresh.starts()[s + 1] - 1;
            }
        }
        Rope.Angles angles = base.rope().angles(positions);
        Layer.Rows rows = new Layer.Rows(fresh.starts(), 0, caches);
        Tensor x = ModelOps.embedding(tape, base.matrix(BaseModel.EMBEDDING), fresh.tokens());
        for (int i = 0; i < base.shape().layers(); i++) {
            SharedLayer layer = new SharedLayer(plain, tape, i, angles, rows, parts);
            Tensor before = x;
            x = tape.scope(() -> layer.apply(before, UnaryOperator.identity()));
            tape.close(before);
        }
        Tensor normed = tape.ops()
                .rmsNorm(
                        ModelOps.gather(tape, x, last),
                        base.vector("model.norm.weight"),
                        base.config().rmsNormEps());
        List<SharedLinear.Span> spans = parts.stream()
                .map(p -> new SharedLinear.Span(p.model(), p.first(), p.end()))
                .toList();
        return SharedLinear.apply(plain, tape, base.site(-1, Role.LM_HEAD), spans, normed);
    }
}
