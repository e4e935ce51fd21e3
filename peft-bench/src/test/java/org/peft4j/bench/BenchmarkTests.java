package org.peft4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

class BenchmarkTests {
    /** One call each, on a small model, in this process: whether they run, not how fast. */
    @Test
    void everyBenchmarkRuns() throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include("org\\.peft4j\\.bench\\..*")
                        .forks(0)
                        .mode(Mode.SingleShotTime)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .param("sizes", "tiny")
                        .param("threads", "1")
                        .param("parameters", "1000")
                        .verbosity(VerboseMode.SILENT)
                        .shouldFailOnError(true)
                        .build())
                .run();

        Set<String> ran = results.stream()
                .map(r -> r.getParams().getBenchmark().replace("org.peft4j.bench.", ""))
                .collect(Collectors.toSet());
        assertThat(ran)
                .contains(
                        "Products.forward",
                        "Products.forwardAndBackward",
                        "Products.read",
                        "LowRankProducts.forwardAndBackward",
                        "AttentionBlocks.forwardAndBackward",
                        "Elementwise.rmsNormAndBackward",
                        "Elementwise.swigluAndBackward",
                        "Losses.crossEntropyAndBackward",
                        "OptimizerSteps.step");
        assertThat(results).allMatch(r -> r.getPrimaryResult().getScore() > 0);
    }
}
