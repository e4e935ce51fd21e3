package org.peft4j.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.peft4j.api.ModelShape;
import org.peft4j.data.BatchSampler;
import org.peft4j.data.Dataset;
import org.peft4j.data.EvaluationBatches;
import org.peft4j.data.Example;
import org.peft4j.engine.ParameterSet;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.Batch;
import org.peft4j.report.Figure;
import org.peft4j.runtime.MemoryEstimate;
import org.peft4j.runtime.TrainingPlan;
import org.peft4j.runtime.TrainingSettings;

/**
 * Tells what a run will take: the shapes first, then a few real steps, the run's largest batch among them, one batch of evaluation and
 * some generated tokens.
 */
final class ProbeUnit {
    private static final int LEAST_STEPS = 6;
    /** Java compiles what runs often, for some seconds: the pace before means little. */
    private static final double SECONDS = 4;

    private static final int EVALUATION_TOKENS = 4096;
    /** At most so many of them, and about so long. */
    private static final int EVALUATIONS = 12;

    private static final double EVALUATION_SECONDS = 0.5;
    private static final double RATE = 1e-9;
    /** Before training, and behind it, when Java has compiled what it needs. */
    static final String FIRST_EVALUATION = "first evaluation seconds a token";

    static final String EVALUATION = "evaluation seconds a token";

    private final UnitSession session;
    private final UnitRequest request;
    private final UnitResult.Notes notes;
    private final UnitListener listener;

    ProbeUnit(UnitSession session, UnitResult.Notes notes, UnitListener listener) {
        this.session = session;
        this.request = session.request();
        this.notes = notes;
        this.listener = listener;
    }

    String run() {
        notes.numbers.put("room", (double) session.adapted().room());
        base();
        AdaptedModel model = session.adapted();
        Optional<Dataset> heldOut;
        if (session.adapter().isPresent()) {
            Adapter adapter = session.adapter().get();
            String tooLarge = shapes(adapter);
            if (!tooLarge.isEmpty()) {
                return tooLarge;
            }
            TrainingPlan plan = session.training().output(null).plan();
            heldOut = plan.eval();
            notes.lap("data");
            facts(plan);
            heldOut.ifPresent(rows -> evaluation(model, rows, FIRST_EVALUATION));
            steps(plan, model);
            heldOut.ifPresent(rows -> evaluation(model, rows, EVALUATION));
        } else {
            heldOut = session.heldOut();
            notes.lap("data");
            heldOut.ifPresent(rows -> evaluation(model, rows, EVALUATION));
        }
        memory();
        new Measurement(session, model, model, notes, listener).probe(heldOut);
        return "";
    }

    private void base() {
        ModelShape shape = session.model().base().shape();
        notes.numbers.put("base parameters", (double) shape.parameterCount());
        notes.facts.put("architecture", shape.architecture());
        notes.facts.put("layers", String.valueOf(shape.layers()));
        notes.facts.put("hidden size", String.valueOf(shape.hiddenSize()));
        notes.facts.put("vocabulary", String.valueOf(shape.vocabularySize()));
        notes.facts.put("context", String.valueOf(shape.maxPositions()));
    }

    private String shapes(Adapter adapter) {
        long trained = adapter.parameters().trainableCount();
        notes.figures.put(Figure.TRAINABLE_PARAMETERS.key(), (double) trained);
        // Whatever the batch and the optimizer: a text of a few tokens, and one number remembered of each parameter.
        MemoryEstimate shapes = MemoryEstimate.of(session.model().with(adapter), 1, 8);
        long least = shapes.total() - shapes.optimizer() / 2;
        if (least <= request.memoryLimit()) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                "needs more memory than there is: at least %,d MB for the base and %,d trained parameters, of %,d MB",
                least >> 20,
                trained,
                request.memoryLimit() >> 20);
    }

    private void facts(TrainingPlan plan) {
        TrainingSettings settings = plan.settings();
        long steps = plan.totalSteps();
        notes.numbers.put("steps", (double) steps);
        long between = settings.evalEvery() > 0 ? (steps - 1) / settings.evalEvery() : 0;
        notes.numbers.put("evaluations", plan.eval().isPresent() ? between + 2.0 : 0.0);
        notes.numbers.put("train rows", (double) plan.train().counts().rows());
        notes.numbers.put("train tokens", (double) plan.train().counts().tokens());
    }

    /** One batch of held-out rows, once to warm up; of some more the fastest one counts. */
    private void evaluation(AdaptedModel model, Dataset rows, String name) {
        notes.numbers.put("held-out rows", (double) rows.counts().rows());
        notes.numbers.put("held-out tokens", (double) rows.counts().tokens());
        List<Example> first =
                EvaluationBatches.of(rows.examples(), EVALUATION_TOKENS).get(0);
        Batch batch = batch(first);
        model.loss(batch);
        double seconds = Double.POSITIVE_INFINITY;
        long begin = System.nanoTime();
        for (int i = 0; i < 2 || i < EVALUATIONS && (System.nanoTime() - begin) * 1e-9 < EVALUATION_SECONDS; i++) {
            long start = System.nanoTime();
            model.loss(batch);
            seconds = Math.min(seconds, (System.nanoTime() - start) * 1e-9);
        }
        notes.numbers.put(name, seconds / batch.tokens().length);
    }

    private static Batch batch(List<Example> examples) {
        return Batch.of(examples.stream()
                .map(e -> new Batch.Sequence(e.tokens(), e.targets()))
                .toList());
    }

    /** The largest batch of the run, then as many of its first as give a steady time. */
    private void steps(TrainingPlan plan, AdaptedModel model) {
        Run run = new Run(plan, model);
        long planned = plan.totalSteps();
        long total = planned * plan.settings().accumulation();
        BatchSampler sampler = plan.sampler();
        List<Example> largest = List.of();
        long allTokens = 0;
        for (long i = 0; i < total; i++) {
            List<Example> next = sampler.next();
            allTokens += tokens(next);
            largest = tokens(next) > tokens(largest) ? next : largest;
        }
        run.step(List.of(largest));
        sampler = plan.sampler();
        List<Double> seconds = new ArrayList<>();
        List<Long> tokens = new ArrayList<>();
        HeapGrowth heap = new HeapGrowth();
        long begin = System.nanoTime();
        long most = Math.max(LEAST_STEPS, planned / 2);
        while (seconds.size() < Math.min(planned, most)
                && (seconds.size() < LEAST_STEPS || (System.nanoTime() - begin) * 1e-9 < SECONDS)) {
            List<List<Example>> parts = new ArrayList<>();
            for (int i = 0; i < plan.settings().accumulation(); i++) {
                parts.add(sampler.next());
            }
            long start = System.nanoTime();
            run.step(parts);
            seconds.add((System.nanoTime() - start) * 1e-9);
            tokens.add(parts.stream().mapToLong(ProbeUnit::tokens).sum());
            listener.progress("steps", seconds.size(), most, Double.NaN);
        }
        notes.numbers.put("heap growth", heap.expected(seconds.size(), planned));
        notes.numbers.put("training seconds", trainingSeconds(seconds, tokens, allTokens));
    }

    /** What was measured, and for the rest the pace of the last quarter. */
    private static double trainingSeconds(List<Double> seconds, List<Long> tokens, long allTokens) {
        int last = seconds.size() * 3 / 4;
        double late = 0;
        long lateTokens = 0;
        double measured = 0;
        long measuredTokens = 0;
        for (int i = 0; i < seconds.size(); i++) {
            measured += seconds.get(i);
            measuredTokens += tokens.get(i);
            if (i >= last) {
                late += seconds.get(i);
                lateTokens += tokens.get(i);
            }
        }
        return measured + (allTokens - measuredTokens) * late / lateTokens;
    }

    private static long tokens(List<Example> examples) {
        return examples.stream().mapToLong(Example::length).sum();
    }

    private void memory() {
        ProcessMemory.peakResident()
                .ifPresent(bytes -> notes.figures.put(
                        Figure.PEAK_MEMORY.key(), bytes + notes.numbers.getOrDefault("heap growth", 0.0)));
    }

    /** Steps as training makes them. */
    private static final class Run {
        private final TrainingPlan plan;
        private final AdaptedModel model;
        private final ParameterSet parameters;
        /** Training keeps a copy of the last good values. */
        private final Object lastGood;

        Run(TrainingPlan plan, AdaptedModel model) {
            this.plan = plan;
            this.model = model;
            this.parameters = plan.adapter().parameters();
            this.lastGood = parameters.values().dup();
        }

        void step(List<List<Example>> parts) {
            List<Batch> batches = parts.stream().map(ProbeUnit::batch).toList();
            long targets = batches.stream().mapToLong(Batch::targetCount).sum();
            parameters.zeroGradients();
            for (Batch batch : batches) {
                model.lossAndGradients(batch, 1.0 / targets, 1);
            }
            double norm = parameters.gradientNorm();
            if (Double.isFinite(norm) && lastGood != null) {
                plan.optimizer().step(RATE); // what it costs, not what it does
            }
        }
    }
}
