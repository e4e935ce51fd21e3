package org.peft4j.model;

import java.util.Arrays;
import java.util.List;
import org.peft4j.engine.ChunkedLoss;
import org.peft4j.engine.Tape;

/**
 * What a run through the model holds besides weights and parameters, in bytes: measured on two short texts, so that it knows what
 * each method's hooks keep, and extended to the size of a real one. Memory grows with the tokens: attention goes by blocks, and
 * of logits only so many rows are there at once. Both texts are predicted as a whole: where a prompt is only read, a run holds less,
 * for the last layer leaves the prompt's rows out.
 *
 * @param fixed whatever the number of tokens
 * @param perToken for each token
 * @param perTarget for each predicted token whose logits are there
 * @param chunk how many tokens' logits are there at once at most
 */
public record StepMemory(double fixed, double perToken, double perTarget, int chunk) {
    private static final int SHORT = 16;
    private static final int LONG = 48;

    /** What one run of {@code tokens} tokens held: by itself and for its loss. */
    private record Peak(int tokens, long own, long loss) {}

    /** Of a forward and a backward pass; gradients are added to the adapters' parameters. */
    public static StepMemory training(AdaptedModel model) {
        return of(model, true);
    }

    /** Of a forward pass alone. */
    public static StepMemory evaluation(AdaptedModel model) {
        return of(model, false);
    }

    private static StepMemory of(AdaptedModel model, boolean recording) {
        int most = Math.max(2, Math.min(LONG, model.room()));
        Peak few = peak(model, recording, Math.max(2, Math.min(SHORT, most / 2)));
        Peak more = peak(model, recording, most);
        double perToken = Math.max(0, (double) (more.own - few.own) / Math.max(1, more.tokens - few.tokens));
        int chunk = ForwardRun.lossChunk(model.base().shape());
        double perTarget = (double) more.loss / ChunkedLoss.chunk(more.tokens - 1, chunk);
        return new StepMemory(more.own - perToken * more.tokens, perToken, perTarget, chunk);
    }

    private static Peak peak(AdaptedModel model, boolean recording, int tokens) {
        int vocabulary = model.base().shape().vocabularySize();
        int[] text = new int[tokens];
        Arrays.setAll(text, i -> i % vocabulary);
        Batch batch = Batch.of(List.of(Batch.Sequence.of(text)));
        try (Tape tape = model.base().engine().tape(recording, recording, 0)) {
            tape.backward(new ForwardRun(model, tape).loss(batch, 0f, new double[1]));
            return new Peak(tokens, tape.peakBytes(), tape.largestChildBytes());
        }
    }

    /** Bytes for so many tokens, of which so many are predicted. */
    public long bytes(long tokens, long targets) {
        return Math.round(fixed + perToken * tokens + perTarget * ChunkedLoss.chunk(targets, chunk));
    }
}
