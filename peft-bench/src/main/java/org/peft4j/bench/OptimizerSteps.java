package org.peft4j.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.peft4j.config.SettingsBinder;
import org.peft4j.runtime.Optimizer;
import org.peft4j.runtime.OptimizerFactory;
import org.peft4j.runtime.Peft;

/** A step of an optimizer over an adapter's flat vector of parameters. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class OptimizerSteps {
    /** Its name. */
    @Param({"adamw", "sgd"})
    public String optimizer;

    /** Trained numbers. */
    @Param({"460800", "10000000"})
    public int parameters;

    private Peft peft;
    private Optimizer stepping;

    /** Makes parameters, gradients and the optimizer's state. */
    @Setup(Level.Trial)
    public void prepare(Workbench bench) {
        bench.tensor("all", parameters);
        bench.allocate();
        bench.tensors().gradients().assign(1e-3);
        peft = Peft.create(1);
        stepping = create(peft.optimizer(optimizer), bench);
    }

    private static <C extends Record> Optimizer create(OptimizerFactory<C> factory, Workbench bench) {
        return factory.create(SettingsBinder.defaults(factory.configType()), bench.tensors());
    }

    /** Ends the program's threads. */
    @TearDown(Level.Trial)
    public void stop() {
        peft.close();
    }

    /** One step. */
    @Benchmark
    public void step() {
        stepping.step(1e-5);
    }
}
