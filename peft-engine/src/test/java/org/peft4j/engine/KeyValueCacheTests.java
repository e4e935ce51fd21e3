package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyValueCacheTests {
    private static final int DIM = 8;
    private static final Attention.Heads HEADS =
            new Attention.Heads(4, 2, DIM, (head, position, length) -> head == 0 ? 0 : Math.max(0, position - 40));

    @Test
    void growsWhereMoreTokensCome() {
        KeyValueCache cache = new KeyValueCache(2, 6, 1);
        Given k = Given.normal(1, 100, 6);
        Given v = Given.normal(2, 100, 6);
        try (Tape tape = GradientCheck.ENGINE.tape(false, false, 1)) {
            for (int from = 0; from < 100; from += 4) {
                for (int layer = 0; layer < 2; layer++) {
                    cache.layer(layer).append(k.constantOn(tape), v.constantOn(tape), from, from + 4);
                }
                assertThat(cache.length()).isEqualTo(from + 4);
            }
        }
        assertThat(Arrays.copyOf(cache.layer(1).keys().toArray(), 600)).isEqualTo(k.values());
        assertThat(Arrays.copyOf(cache.layer(1).values().toArray(), 600)).isEqualTo(v.values());
    }

    @Test
    void attentionOverACacheIsAttentionOverTheWholeSequence() {
        for (int prefix : new int[] {0, 5}) {
            // Three sequences of different length, first a long piece, then a few tokens, then single ones.
            int[][] pieces = {{70, 3, 1, 1}, {1, 80, 1, 1}, {5, 1, 66, 1}};
            for (int[] lengths : pieces) {
                compare(lengths, prefix);
            }
        }
    }

    private static void compare(int[] lengths, int prefix) {
        int total = Arrays.stream(lengths).sum();
        int[] starts = {0, total, 2 * total};
        Given q = Given.normal(1, 2L * total, 4 * DIM);
        Given k = Given.normal(2, 2L * total, 2 * DIM);
        Given v = Given.normal(3, 2L * total, 2 * DIM);
        Given keys = Given.normal(4, Math.max(1, prefix), 2 * DIM);
        try (Tape tape = GradientCheck.ENGINE.tape(false, false, 1)) {
            Tensor shared = keys.constantOn(tape);
            List<Attention.Shared> seen = prefix == 0 ? List.of() : List.of(new Attention.Shared(shared, shared));
            float[] whole = Attention.causal(
                            tape, q.constantOn(tape), k.constantOn(tape), v.constantOn(tape), starts, 0, seen, HEADS)
                    .toArray();
            GradientCheck.close("cached", inPieces(tape, q, k, v, lengths, seen), whole, 1e-5);
        }
    }

    private static float[] inPieces(Tape tape, Given q, Given k, Given v, int[] lengths, List<Attention.Shared> seen) {
        int total = q.rows() / 2;
        List<KeyValueCache.Layer> caches = new ArrayList<>();
        caches.add(new KeyValueCache(1, k.cols(), 4).layer(0));
        caches.add(new KeyValueCache(1, k.cols(), 200).layer(0));
        float[] out = new float[q.values().length];
        int done = 0;
        for (int n : lengths) {
            float[] queries = new float[2 * n * q.cols()];
            for (int s = 0; s < 2; s++) {
                int first = s * total + done;
                caches.get(s).append(k.constantOn(tape), v.constantOn(tape), first, first + n);
                System.arraycopy(q.values(), first * q.cols(), queries, s * n * q.cols(), n * q.cols());
            }
            Tensor x = tape.leaf(queries, false, 2L * n, q.cols());
            float[] y = Attention.cached(tape, x, new int[] {0, n, 2 * n}, caches, seen, HEADS)
                    .toArray();
            for (int s = 0; s < 2; s++) {
                System.arraycopy(y, s * n * q.cols(), out, (s * total + done) * q.cols(), n * q.cols());
            }
            done += n;
        }
        return out;
    }
}
