package org.peft4j.model;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.peft4j.api.Installer;
import org.peft4j.api.ModelShape;
import org.peft4j.api.PeftException;
import org.peft4j.api.Role;
import org.peft4j.engine.ChunkedLoss;
import org.peft4j.engine.EngineParam;
import org.peft4j.engine.KeyValueCache;
import org.peft4j.engine.ModelOps;
import org.peft4j.engine.Rope;
import org.peft4j.engine.Tape;
import org.peft4j.engine.Tensor;

/** One pass of tokens through the layers. */
final class ForwardRun {
    private static final String EMBEDDING = BaseModel.EMBEDDING;
    /** Logits that are there at once: so many... */
    private static final int LOGITS = 6 << 20;

    /** ... or up to twice as many for this many rows: with fewer, products take longer. Twice this many brought nothing. */
    private static final int ROWS = 128;

    private final AdaptedModel model;
    private final BaseModel base;
    private final Tape tape;

    /** How many rows of logits are there at once. */
    static int lossChunk(ModelShape shape) {
        int vocabulary = shape.vocabularySize();
        return Math.max(1, Math.max(LOGITS / vocabulary, Math.min(ROWS, 2 * LOGITS / vocabulary)));
    }

    ForwardRun(AdaptedModel model, Tape tape) {
        this.model = model;
        this.base = model.base();
        this.tape = tape;
    }

    /** The weighted loss [1] with the adapters' penalties; {@code total} is increased by the unweighted sum. */
    Tensor loss(Batch batch, float weight, double[] total) {
        int virtual = model.virtualTokens();
        int count = batch.targetCount();
        int[] positions = new int[count];
        int[] targets = new int[count];
        for (int i = 0, n = 0; i < batch.targets().length; i++) {
            if (batch.targets()[i] >= 0) {
                positions[n] = virtual + i;
                targets[n++] = batch.targets()[i];
            }
        }
        if (count == 0) {
            throw PeftException.of(
                    "no-targets", "a batch has no token to predict", "Give rows whose completion is not empty.");
        }
        Tensor top = layers(batch, positions);
        Tensor normed = finalNorm(top);
        tape.close(top);
        int chunk = lossChunk(base.shape());
        Tensor loss = ChunkedLoss.apply(tape, normed, chunk, (child, rows, from, to) -> {
            Tensor logits = head(child, rows);
            return ModelOps.crossEntropy(child, logits, Arrays.copyOfRange(targets, from, to), weight, total);
        });
        for (Adapter adapter : model.adapters()) {
            for (Installer.Computed penalty : adapter.penalties) {
                loss = tape.ops().add(loss, penalty.compute(tape.ops()));
            }
        }
        return loss;
    }

    /** Logits of every token, [tokens, vocabulary]. */
    Tensor logits(Batch batch) {
        int virtual = model.virtualTokens();
        int[] all = new int[batch.tokens().length];
        Arrays.setAll(all, i -> virtual + i);
        return head(tape, finalNorm(layers(batch, all)));
    }

    /** Logits of each sequence's last token, [sequences, vocabulary], its new tokens added to its cache. */
    Tensor lastLogits(Batch fresh, List<KeyValueCache> caches) {
        return head(tape, finalNorm(lastHidden(fresh, caches)));
    }

    /** The residual stream behind the layers of each sequence's last token, [sequences, hidden]; new tokens are added to the caches. */
    Tensor lastHidden(Batch fresh, List<KeyValueCache> caches) {
        int virtual = caches.get(0).length() == 0 ? model.virtualTokens() : 0;
        int n = fresh.sequences();
        int[] starts = new int[n + 1];
        int[] last = new int[n];
        int[] positions = new int[fresh.tokens().length + n * virtual];
        for (int s = 0; s < n; s++) {
            int from = caches.get(s).length() + model.positionOffset();
            starts[s + 1] = starts[s] + virtual + fresh.starts()[s + 1] - fresh.starts()[s];
            for (int i = starts[s]; i < starts[s + 1]; i++) {
                positions[i] = from + i - starts[s];
            }
            last[s] = starts[s + 1] - 1;
        }
        Tensor x = virtual == 0 ? embed(fresh.tokens()) : embedBehindVirtual(fresh);
        return layers(x, positions, new Layer.Rows(starts, 0, caches), last);
    }

    /** Each sequence with the virtual tokens in front. */
    private Tensor embedBehindVirtual(Batch fresh) {
        Tensor all = null;
        for (int s = 0; s < fresh.sequences(); s++) {
            Tensor before = all;
            int[] ids = Arrays.copyOfRange(fresh.tokens(), fresh.starts()[s], fresh.starts()[s + 1]);
            all = tape.scope(() -> {
                Tensor own = tape.ops().concatRows(virtualEmbeddings(), embed(ids));
                return before == null ? own : tape.ops().concatRows(before, own);
            });
            if (before != null) {
                tape.close(before);
            }
        }
        return all;
    }

    /** The residual stream behind the layers at rows of the run, virtual tokens counted, [wanted, hidden]. */
    private Tensor layers(Batch batch, int[] wanted) {
        int virtual = model.virtualTokens();
        int offset = model.positionOffset();
        int[] starts = batch.starts();
        int[] positions = new int[virtual + batch.tokens().length];
        for (int i = 0; i < virtual; i++) {
            positions[i] = offset + i;
        }
        for (int s = 0; s < batch.sequences(); s++) {
            for (int i = starts[s]; i < starts[s + 1]; i++) {
                positions[virtual + i] = offset + virtual + i - starts[s];
            }
        }
        checkLength(starts);
        Tensor x = embed(batch.tokens());
        if (virtual > 0) {
            x = tape.ops().concatRows(virtualEmbeddings(), x);
            int[] shifted = new int[starts.length + 1];
            for (int i = 0; i < starts.length; i++) {
                shifted[i + 1] = starts[i] + virtual;
            }
            starts = shifted;
        }
        return layers(x, positions, new Layer.Rows(starts, virtual, List.of()), wanted);
    }

    private Tensor layers(Tensor embedded, int[] positions, Layer.Rows rows, int[] wanted) {
        Rope.Angles angles = base.rope().angles(positions);
        boolean all = wanted.length == positions.length;
        UnaryOperator<Tensor> top = all ? UnaryOperator.identity() : t -> ModelOps.gather(tape, t, wanted);
        int last = base.shape().layers() - 1;
        Tensor x = embedded;
        int checkpointed = 0;
        for (int i = 0; i <= last; i++) {
            Layer layer = new Layer(model, tape, i, angles, rows);
            // Later layers' keys and values come from every row, the result only from those that are asked for.
            UnaryOperator<Tensor> kept = i == last ? top : UnaryOperator.identity();
            Tensor before = x;
            if (checkpointed < model.recomputedLayers()) {
                x = tape.recomputed(before, y -> layer.apply(y, kept));
                checkpointed += x.isRecorded() ? 1 : 0; // one below all that is trained keeps nothing anyway
            } else {
                x = tape.scope(() -> layer.apply(before, kept));
            }
            tape.close(before);
        }
        return x;
    }

    private void checkLength(int[] starts) {
        int room = model.room();
        for (int s = 0; s + 1 < starts.length; s++) {
            int n = starts[s + 1] - starts[s];
            if (n > room) {
                throw PeftException.of(
                        "context-exceeded",
                        "a sequence of " + n + " tokens does not fit the model's context, which has room for " + room,
                        "Shorten the text, or lower the data's max-length.");
            }
        }
    }

    private Tensor embed(int[] ids) {
        int vocabulary = base.shape().vocabularySize();
        for (int id : ids) {
            if (id < 0 || id >= vocabulary) {
                throw PeftException.of(
                        "token-out-of-range",
                        "token id " + id + " is outside the model's vocabulary of " + vocabulary,
                        "Use the tokenizer that belongs to the checkpoint.");
            }
        }
        EngineParam own = model.unfrozen(EMBEDDING);
        return own == null ? ModelOps.embedding(tape, base.matrix(EMBEDDING), ids) : ModelOps.gather(tape, own, ids);
    }

    private Tensor virtualEmbeddings() {
        Tensor all = null;
        for (Adapter a : model.adapters()) {
            if (a.virtualTokenCount > 0) {
                Tensor own = (Tensor) a.virtualTokens.embeddings(tape.ops());
                all = all == null ? own : tape.ops().concatRows(all, own);
            }
        }
        return all;
    }

    private Tensor finalNorm(Tensor x) {
        return tape.ops()
                .rmsNorm(x, model.vector("model.norm.weight"), base.config().rmsNormEps());
    }

    private Tensor head(Tape on, Tensor x) {
        return SiteLinear.outermost(model, on, base.site(-1, Role.LM_HEAD)).apply(x);
    }
}
