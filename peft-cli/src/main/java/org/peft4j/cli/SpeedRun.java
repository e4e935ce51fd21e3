package org.peft4j.cli;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.TypeLiteral;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.peft4j.config.SettingsBinder;
import org.peft4j.engine.ParameterSet;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.Batch;
import org.peft4j.runtime.Optimizer;
import org.peft4j.runtime.OptimizerFactory;
import org.peft4j.runtime.PeftModel;
import org.peft4j.runtime.RuntimeModule;

/** Training steps on random tokens, each timed: what a training run does, without its files. */
final class SpeedRun {
    private static final double CLIP = 1.0;

    private final PeftModel model;
    private final Adapter adapter;
    private final Optimizer optimizer;

    SpeedRun(PeftModel model, Adapter adapter) {
        this.model = model;
        this.adapter = adapter;
        this.optimizer = adamW(adapter.parameters());
    }

    /** The runtime's own, by its public bindings. */
    private static Optimizer adamW(ParameterSet parameters) {
        Injector injector = Guice.createInjector(new RuntimeModule(1));
        Set<OptimizerFactory<?>> all = injector.getInstance(Key.get(new TypeLiteral<Set<OptimizerFactory<?>>>() {}));
        return all.stream()
                .filter(f -> f.name().equals("adamw"))
                .map(f -> optimizer(f, parameters))
                .findFirst()
                .orElseThrow();
    }

    private static <C extends Record> Optimizer optimizer(OptimizerFactory<C> factory, ParameterSet parameters) {
        return factory.create(SettingsBinder.defaults(factory.configType()), parameters);
    }

    /**
     * What was measured.
     *
     * @param losses of each step, in nats
     * @param seconds of each step
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Figures(double[] losses, double[] seconds) {}

    /** Is told of each step. */
    @FunctionalInterface
    interface Listener {
        /** Step {@code step}, from 1, took so long. */
        void step(int step, double loss, double seconds);
    }

    long trainable() {
        return adapter.parameters().trainableCount();
    }

    Figures run(int batch, int length, int steps, double rate, long seed, Listener listener) {
        AdaptedModel adapted = model.with(adapter);
        ParameterSet parameters = adapter.parameters();
        SplittableRandom random = new SplittableRandom(seed);
        double[] losses = new double[steps];
        double[] seconds = new double[steps];
        for (int i = 0; i < steps; i++) {
            Batch tokens = random(random, batch, length);
            long start = System.nanoTime();
            parameters.zeroGradients();
            int targets = tokens.targetCount();
            losses[i] = adapted.lossAndGradients(tokens, 1.0 / targets, i) / targets;
            double norm = parameters.gradientNorm(model.base().engine());
            if (norm > CLIP) {
                parameters.gradients().muli(CLIP / norm);
            }
            optimizer.step(rate);
            seconds[i] = (System.nanoTime() - start) * 1e-9;
            listener.step(i + 1, losses[i], seconds[i]);
        }
        return new Figures(losses, seconds);
    }

    private Batch random(SplittableRandom random, int batch, int length) {
        int vocabulary = model.base().shape().vocabularySize();
        List<Batch.Sequence> sequences = new ArrayList<>();
        for (int s = 0; s < batch; s++) {
            sequences.add(Batch.Sequence.of(random.ints(length, 0, vocabulary).toArray()));
        }
        return Batch.of(sequences);
    }
}
