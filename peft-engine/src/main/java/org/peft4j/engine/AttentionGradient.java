package org.peft4j.engine;

import java.util.ArrayList;
import java.util.List;
import org.peft4j.engine.Blas.Mat;

/** The backward pass of attention. */
final class AttentionGradient {
    private final AttentionPass pass;
    private final Tensor out;
    private final Tape tape;
    private final Attention.Heads heads;
    private final int kvWidth;
    private float queryBeta;
    private boolean ownWanted;
    /** For each thing all runs see: a place for each run's part of its gradient, summed in order at the end. */
    private final List<Parts> parts = new ArrayList<>();

    AttentionGradient(AttentionPass pass, Tensor out) {
        this.pass = pass;
        this.out = out;
        this.tape = pass.tape();
        this.heads = pass.heads();
        this.kvWidth = heads.kvHeads() * heads.headDim();
    }

    /** Gradients of keys and values that several runs see, one piece per run. */
    private record Parts(Tensor keys, Tensor values, int rows, Buf keyParts, Buf valueParts) {
        boolean wanted() {
            return keyParts != null;
        }
    }

    /** Where a segment's gradients are added; null where none is wanted. */
    private record Sink(Mat keys, Mat values) {}

    void run() {
        Tensor q = pass.queries();
        Tensor k = pass.keys();
        if (q.needsGradient && k != null && (q.root == k.root || q.root == pass.values().root)) {
            openZeroed(q);
            queryBeta = 1f;
        } else if (q.needsGradient) {
            queryBeta = tape.openGradient(q);
        }
        ownWanted = k != null && (k.needsGradient || pass.values().needsGradient);
        if (ownWanted) {
            openZeroed(k);
            openZeroed(pass.values());
        }
        for (Attention.Shared s : pass.shared()) {
            boolean wanted = s.keys().needsGradient || s.values().needsGradient;
            parts.add(parts(s.keys(), s.values(), s.keys().rows, wanted));
        }
        if (pass.sharedRows() > 0) {
            parts.add(parts(k, pass.values(), pass.sharedRows(), ownWanted));
        }
        int most = ScoreRows.longestStride(pass.longest());
        pass.tasks((run, kvHead) -> {
            Work work = new Work(run, kvHead, most);
            work.all();
        });
        parts.forEach(this::addParts);
    }

    private void openZeroed(Tensor t) {
        if (t.needsGradient && tape.openGradient(t) == 0f) {
            t.gradient.buf.fill(0f);
        }
    }

    private Parts parts(Tensor keys, Tensor values, int rows, boolean wanted) {
        if (!wanted) {
            return new Parts(keys, values, rows, null, null);
        }
        long size = (long) pass.runs() * rows * kvWidth;
        Buf keyParts = tape.take(size);
        Buf valueParts = tape.take(size);
        keyParts.fill(0f);
        valueParts.fill(0f);
        return new Parts(keys, values, rows, keyParts, valueParts);
    }

    private void addParts(Parts p) {
        if (!p.wanted()) {
            return;
        }
        int size = p.rows * kvWidth;
        addParts(p.keys, p.keyParts, size);
        addParts(p.values, p.valueParts, size);
        tape.giveBack(p.keyParts);
        tape.giveBack(p.valueParts);
    }

    private void addParts(Tensor to, Buf source, int size) {
        if (to.needsGradient) {
            openZeroed(to);
            Buf into = to.gradient.buf.slice(0, size);
            for (int run = 0; run < pass.runs(); run++) {
                Elementwise.axpy(tape.workers(), 1f, source.slice(run * size, size), 1f, into);
            }
        }
    }

    /** The work of one task. */
    private final class Work {
        private final Attention.Run run;
        private final int index;
        private final int kvHead;
        private final Buf probabilities;
        private final Buf slopes;
        private final Buf queries;
        private final Buf outGradients;
        private final float[] logSums;
        private BlockProduct by = Blas::single;

        Work(int index, int kvHead, int most) {
            this.run = pass.run(index);
            this.index = index;
            this.kvHead = kvHead;
            HeadStack stack = pass.stack();
            this.probabilities = Scratch.take(stack.rows() * most);
            this.slopes = Scratch.takeSecond(stack.rows() * most);
            Buf room = Scratch.takeThird(2 * stack.size());
            this.queries = room.slice(0, stack.size());
            this.outGradients = room.slice(stack.size(), stack.size());
            this.logSums = new float[stack.rows()];
        }

        /** All heads of the key/value head. */
        void all() {
            List<AttentionPass.Segment> segments = pass.segments(index, kvHead);
            int step = pass.stack().queries();
            for (int i = 0; i < run.queries(); i += step) {
                int n = Math.min(step, run.queries() - i);
                List<AttentionPass.Segment> all = new ArrayList<>(segments);
                all.add(pass.own(run, kvHead, run.past() + i + n));
                block(i, n, all);
            }
        }

        private void block(int firstQuery, int n, List<AttentionPass.Segment> all) {
            int rowIndex = run.queryStart() + firstQuery;
            int count = n * heads.group();
            Mat stackedQueries = pass.stack().stacked(pass.queries().value(), rowIndex, n, kvHead, queries);
            ScoreRows.Shape shape = pass.shape(count, all);
            by = pass.products(run, kvHead, firstQuery, shape, all);
            pass.scores(by, stackedQueries, shape, all, probabilities);
            Mat outGradient = pass.stack().stacked(out.gradient.buf, rowIndex, n, kvHead, outGradients);
            int at = 0;
            for (AttentionPass.Segment s : all) {
                if (s.count() > 0) {
                    Mat target = Mat.of(slopes, at, shape.stride());
                    by.multiply(
                            count,
                            s.count(),
                            heads.headDim(),
                            1f,
                            outGradient,
                            s.values().t(),
                            0f,
                            target);
                    at += s.count();
                }
            }
            if (!shape.compiled()) {
                for (int j = 0; j < count; j++) {
                    logSums[j] = pass.logSum(rowIndex + j % n, kvHead * heads.group() + j / n);
                }
            }
            ScoreRows rows = ScoreRows.ofThread();
            pass.see(rows, kvHead, run, firstQuery, n, shape.common());
            rows.slopes(probabilities, slopes, shape, logSums);
            spread(rowIndex, n, shape.stride(), all, stackedQueries, outGradient);
        }

        /** Passes the block's gradients on to keys, values and queries; the queries' take the place of the stacked queries. */
        private void spread(
                int rowIndex, int n, int stride, List<AttentionPass.Segment> all, Mat stackedQueries, Mat outGradient) {
            int count = n * heads.group();
            int at = 0;
            for (int i = 0; i < all.size(); i++) {
                AttentionPass.Segment s = all.get(i);
                if (s.count() == 0) {
                    continue;
                }
                Sink sink = sink(i, i == all.size() - 1);
                if (sink.keys != null) {
                    Mat slope = Mat.of(slopes, at, stride).t();
                    by.multiply(s.count(), heads.headDim(), count, heads.scale(), slope, stackedQueries, 1f, sink.keys);
                }
                if (sink.values != null) {
                    Mat probability = Mat.of(probabilities, at, stride).t();
                    by.multiply(s.count(), heads.headDim(), count, 1f, probability, outGradient, 1f, sink.values);
                }
                at += s.count();
            }
            if (pass.queries().needsGradient) {
                queryGradient(rowIndex, n, stride, all);
            }
        }

        private void queryGradient(int rowIndex, int n, int stride, List<AttentionPass.Segment> all) {
            Buf gradient = pass.queries().gradient.buf;
            Mat target = pass.stack().target(gradient, rowIndex, kvHead, queries);
            float beta = heads.group() == 1 ? queryBeta : 0f;
            int at = 0;
            for (AttentionPass.Segment s : all) {
                if (s.count() > 0) {
                    Mat slope = Mat.of(slopes, at, stride);
                    by.multiply(
                            n * heads.group(),
                            heads.headDim(),
                            s.count(),
                            heads.scale(),
                            slope,
                            s.keys(),
                            beta,
                            target);
                    beta = 1f;
                    at += s.count();
                }
            }
            pass.stack().unstack(queries, gradient, rowIndex, n, kvHead, queryBeta);
        }

        private Sink sink(int segment, boolean own) {
            int column = kvHead * heads.headDim();
            if (own) {
                long first = (long) run.keyStart() * kvWidth + column;
                return new Sink(into(pass.keys(), first), into(pass.values(), first));
            }
            Parts part = parts.get(segment);
            if (!part.wanted()) {
                return new Sink(null, null);
            }
            long first = (long) index * part.rows * kvWidth + column;
            return new Sink(Mat.of(part.keyParts, first, kvWidth), Mat.of(part.valueParts, first, kvWidth));
        }

        private Mat into(Tensor t, long first) {
            return t != null && t.needsGradient ? Mat.of(t.gradient.buf, first, kvWidth) : null;
        }
    }
}
