package org.peft4j.cli;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.TypeLiteral;
import java.util.Set;
import java.util.function.IntFunction;
import org.peft4j.config.SettingsBinder;
import org.peft4j.engine.ParameterSet;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.Batch;
import org.peft4j.model.ProductCount;
import org.peft4j.runtime.Optimizer;
import org.peft4j.runtime.OptimizerFactory;
import org.peft4j.runtime.RuntimeModule;

/** Training steps, each timed: what a training run does, without its files. */
final class SpeedRun {
    private static final double CLIP = 1.0;

    private final AdaptedModel model;
    private final Adapter adapter;
    private final Optimizer optimizer;

    SpeedRun(AdaptedModel model, Adapter adapter) {
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
     * One step.
     *
     * @param loss in nats
     * @param tokens that went through the model
     * @param forward seconds of the way forward, the loss and the output head's gradient with it
     * @param backward seconds of the way back through the layers
     * @param update seconds of clipping and of the optimizer
     * @param products the arithmetic of its matrix products
     */
    record Step(double loss, int tokens, double forward, double backward, double update, ProductCount products) {
        double seconds() {
            return forward + backward + update;
        }
    }

    /** Is told of each step. */
    @FunctionalInterface
    interface Listener {
        /** Step {@code number}, from 1, is done. */
        void step(int number, Step step);
    }

    long trainable() {
        return adapter.parameters().trainableCount();
    }

    /**
     * Trains.
     *
     * @param rows the batch of each step, from 0
     */
    Step[] run(IntFunction<Batch> rows, int steps, double rate, Listener listener) {
        Step[] all = new Step[steps];
        for (int i = 0; i < steps; i++) {
            Batch batch = rows.apply(i);
            all[i] = step(batch, ProductCount.of(model, batch), rate, i);
            listener.step(i + 1, all[i]);
        }
        return all;
    }

    private Step step(Batch batch, ProductCount products, double rate, long seed) {
        ParameterSet parameters = adapter.parameters();
        long[] middle = new long[1];
        long start = System.nanoTime();
        parameters.zeroGradients();
        int targets = batch.targetCount();
        double loss = model.lossAndGradients(batch, 1.0 / targets, seed, () -> middle[0] = System.nanoTime()) / targets;
        long computed = System.nanoTime();
        double norm = parameters.gradientNorm();
        if (norm > CLIP) {
            parameters.scaleGradients(CLIP / norm);
        }
        optimizer.step(rate);
        long end = System.nanoTime();
        return new Step(
                loss,
                batch.tokens().length,
                (middle[0] - start) * 1e-9,
                (computed - middle[0]) * 1e-9,
                (end - computed) * 1e-9,
                products);
    }
}
