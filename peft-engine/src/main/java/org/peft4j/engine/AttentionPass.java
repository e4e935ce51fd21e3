package org.peft4j.engine;

import java.util.ArrayList;
import java.util.List;
import org.peft4j.engine.Blas.Mat;

/** One attention forward and backward. Work is split by sequence and key/value head, so no two tasks write to one place. */
final class AttentionPass {
    /** In shorter sequences the calls cost more than the products. */
    private static final int WORTH_ROUNDING = 128;

    private final Tape tape;
    private final Attention.Heads heads;
    private final Tensor q;
    private final Attention.Run[] runs;
    private final int sharedRows;
    private final List<Attention.Shared> shared;
    /** The keys and values of the batch itself where gradients may flow to them; null with a cache. */
    private final Tensor k;

    private final Tensor v;
    private final int kvWidth;
    private final float[] logSums;
    private final HeadStack stack;
    /** Whether its inputs are as coarse as bfloat16, so that its products may be, too. */
    private final boolean coarse;

    AttentionPass(
            Tape tape,
            Attention.Heads heads,
            Tensor q,
            Attention.Run[] runs,
            int sharedRows,
            List<Attention.Shared> shared,
            Tensor k,
            Tensor v) {
        this.tape = tape;
        this.heads = heads;
        this.q = q;
        this.runs = runs;
        this.sharedRows = sharedRows;
        this.shared = shared;
        this.k = k;
        this.v = v;
        this.kvWidth = heads.kvHeads() * heads.headDim();
        this.logSums = new float[q.rows * heads.heads()];
        this.coarse = k != null && q.coarse && k.coarse && v.coarse && OneDnn.fastHalf() && longest() >= WORTH_ROUNDING;
        this.stack = new HeadStack(heads, q.cols, coarse ? HeadStack.HALF_ROWS : HeadStack.ROWS);
    }

    /** A run of keys that all queries of a task see: addresses of one head's columns, and how many. */
    record Segment(Mat keys, Mat values, int count) {}

    Tensor forward() {
        check();
        boolean needed = q.needsGradient || (k != null && (k.needsGradient || v.needsGradient));
        for (Attention.Shared s : shared) {
            needed |= s.keys().needsGradient || s.values().needsGradient;
        }
        Tensor out = tape.fresh(needed, q.rows, q.cols);
        int most = ScoreRows.longestStride(longest());
        tasks((run, kvHead) -> {
            Buf scores = Scratch.take(stack.rows() * most);
            forwardHeads(runs[run], segments(run, kvHead), kvHead, scores, out.value);
        });
        List<Tensor> saved = new ArrayList<>(List.of(q));
        if (k != null) {
            saved.add(k);
            saved.add(v);
        }
        for (Attention.Shared s : shared) {
            saved.add(s.keys());
            saved.add(s.values());
        }
        if (coarse && out.needsGradient) {
            List.of(q, k, v).forEach(Tensor::keepHalved); // that is how the blocks' products took them
        }
        tape.record(out, () -> new AttentionGradient(this, out).run(), saved.toArray(new Tensor[0]));
        return out;
    }

    /** Wrong shapes would read other tensors' memory. */
    private void check() {
        if (q.cols != heads.heads() * heads.headDim() || heads.heads() % heads.kvHeads() != 0) {
            throw new IllegalArgumentException("queries " + q + " for " + heads);
        }
        List<Attention.Shared> all = new ArrayList<>(shared);
        if (k != null) {
            all.add(new Attention.Shared(k, v));
        }
        for (Attention.Shared s : all) {
            if (s.keys().cols != kvWidth || !s.keys().sameShape(s.values())) {
                throw new IllegalArgumentException("keys " + s.keys() + " and values " + s.values() + " for " + heads);
            }
        }
    }

    /** What a task does. */
    interface Task {
        void run(int run, int kvHead);
    }

    void tasks(Task task) {
        int kvHeads = heads.kvHeads();
        tape.workers().run(runs.length * kvHeads, i -> task.run(i / kvHeads, i % kvHeads));
    }

    /** The most keys one query of any run can see. */
    int longest() {
        int most = 0;
        for (Attention.Run run : runs) {
            most = Math.max(most, run.length());
        }
        for (Attention.Shared s : shared) {
            most += s.keys().rows;
        }
        return most + sharedRows;
    }

    /** What the queries of a run see besides their own sequence. */
    List<Segment> segments(int run, int kvHead) {
        int column = kvHead * heads.headDim();
        List<Segment> list = new ArrayList<>();
        for (Attention.Shared s : shared) {
            list.add(new Segment(
                    Mat.of(s.keys().value(), column, kvWidth),
                    Mat.of(s.values().value(), column, kvWidth),
                    s.keys().rows));
        }
        if (sharedRows > 0 && run > 0) {
            list.add(new Segment(Mat.of(k.value(), column, kvWidth), Mat.of(v.value(), column, kvWidth), sharedRows));
        }
        return list;
    }

    /** The part of a run's own keys that the first {@code count} of them make. */
    Segment own(Attention.Run run, int kvHead, int count) {
        long first = (long) run.keyStart() * kvWidth + (long) kvHead * heads.headDim();
        Mat keys = Mat.of(run.keys().get(), first, kvWidth);
        Mat values = Mat.of(run.values().get(), first, kvWidth);
        return new Segment(keys, values, Math.max(0, count));
    }

    /** All heads of one key/value head. */
    private void forwardHeads(Attention.Run run, List<Segment> segments, int kvHead, Buf scores, Buf out) {
        Buf room = Scratch.takeThird(stack.size());
        for (int i = 0; i < run.queries(); i += stack.queries()) {
            int n = Math.min(stack.queries(), run.queries() - i);
            int count = n * heads.group();
            int firstRow = run.queryStart() + i;
            List<Segment> all = new ArrayList<>(segments);
            all.add(own(run, kvHead, run.past() + i + n));
            ScoreRows.Shape shape = shape(count, all);
            BlockProduct by = products(run, kvHead, i, shape, all);
            scores(by, stack.stacked(q.value(), firstRow, n, kvHead, room), shape, all, scores);
            ScoreRows rows = ScoreRows.ofThread();
            see(rows, kvHead, run, i, n, shape.common());
            rows.softmax(scores, shape, (j, sum) -> logSums[sumIndex(firstRow + j % n, kvHead, j / n)] = sum);
            float beta = 0f;
            int at = 0;
            Mat target = stack.target(out, firstRow, kvHead, room);
            for (Segment s : all) {
                if (s.count() > 0) {
                    Mat p = Mat.of(scores, at, shape.stride());
                    by.multiply(count, heads.headDim(), s.count(), 1f, p, s.values(), beta, target);
                    beta = 1f;
                    at += s.count();
                }
            }
            stack.unstack(room, out, firstRow, n, kvHead, 0f);
        }
    }

    private int sumIndex(int row, int kvHead, int headOfGroup) {
        return row * heads.heads() + kvHead * heads.group() + headOfGroup;
    }

    int firstKey(int head, int query, Attention.Run run) {
        if (query < 0) {
            return 0;
        }
        return Attention.firstKey(heads, head, query, run.length());
    }

    /** The shape of the scores of so many queries: all segments side by side, the run's own keys last. */
    ScoreRows.Shape shape(int count, List<Segment> all) {
        int width = all.stream().mapToInt(Segment::count).sum();
        return ScoreRows.Shape.of(count, width, width - all.get(all.size() - 1).count());
    }

    /** How a block's products are made: the first of a task prepares what all of its blocks share. */
    BlockProduct products(Attention.Run run, int kvHead, int firstQuery, ScoreRows.Shape shape, List<Segment> all) {
        if (!coarse || all.size() > 1) {
            return Blas::single;
        }
        HalfBlocks half = HalfBlocks.ofThread();
        if (firstQuery == 0) {
            Segment whole = own(run, kvHead, run.length());
            int dim = heads.headDim();
            long most = 2L * stack.rows() * ScoreRows.longestStride(run.length()) + 4L * stack.rows() * dim;
            half.task(whole.keys(), whole.values(), run.length(), dim, most);
        }
        half.block();
        return HalfBlocks.suits(shape) ? half : Blas::single;
    }

    /** Scores of queries against all segments, side by side. */
    void scores(BlockProduct by, Mat queries, ScoreRows.Shape shape, List<Segment> all, Buf into) {
        int at = 0;
        for (Segment s : all) {
            if (s.count() > 0) {
                Mat target = Mat.of(into, at, shape.stride());
                by.multiply(
                        shape.rows(),
                        s.count(),
                        heads.headDim(),
                        heads.scale(),
                        queries,
                        s.keys().t(),
                        0f,
                        target);
                at += s.count();
            }
        }
    }

    /** Says which keys the queries of a block see. */
    void see(ScoreRows rows, int kvHead, Attention.Run run, int firstQuery, int n, int common) {
        for (int h = 0; h < heads.group(); h++) {
            int head = kvHead * heads.group() + h;
            for (int j = 0; j < n; j++) {
                int query = run.past() + firstQuery + j;
                rows.see(h * n + j, common + firstKey(head, query, run), common + Math.max(0, query + 1));
            }
        }
    }

    HeadStack stack() {
        return stack;
    }

    Tape tape() {
        return tape;
    }

    Attention.Heads heads() {
        return heads;
    }

    Attention.Run run(int i) {
        return runs[i];
    }

    int runs() {
        return runs.length;
    }

    Tensor queries() {
        return q;
    }

    Tensor keys() {
        return k;
    }

    Tensor values() {
        return v;
    }

    List<Attention.Shared> shared() {
        return shared;
    }

    int sharedRows() {
        return sharedRows;
    }

    float logSum(int row, int head) {
        return logSums[row * heads.heads() + head];
    }
}
