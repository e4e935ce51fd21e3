package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.peft4j.model.Adapter;
import org.peft4j.model.Sampling;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;
import org.peft4j.runtime.StepReport;
import org.peft4j.runtime.TrainingListener;

/** Long use holds no more memory than short use. Prints the curve; started by {@code scripts/soak.sh}, for it takes minutes. */
@EnabledIfSystemProperty(named = "peft.soak", matches = "true", disabledReason = "SKIPPED: scripts/soak.sh runs it")
class SoakTests {
    private static final int STEPS = 2000;
    private static final int LOADS = 50;
    /**
     * Growth of the resident memory in the second half that is taken for noise. In the first one Java compiles, for about a thousand
     * of steps as short as these.
     */
    private static final double ALLOWED = 0.01;

    @TempDir
    Path temporary;

    private long atHalf;
    private long last;

    @Test
    void manyStepsAndManyAdaptersHoldNoMoreMemoryThanFew() {
        try (Peft peft = Peft.create(2)) {
            Workshop workshop = new Workshop(temporary);
            train(peft, workshop);
            assertThat((double) last / atHalf).as("growth in training").isLessThan(1 + ALLOWED);
            load(peft, workshop);
            assertThat((double) last / atHalf).as("growth in loading").isLessThan(1 + ALLOWED);
        }
    }

    private void train(Peft peft, Workshop workshop) {
        System.out.println(" step  resident MB  of them live heap");
        String[] how = {
            "training={steps: " + STEPS + ", batch-size: 8, eval-every: 100, seed: 3}", "checkpoints.every=50"
        };
        peft.trainer(workshop.run("soak", how), new TrainingListener() {
                    @Override
                    public void stepped(StepReport report) {
                        point((int) report.step(), STEPS / 20, STEPS / 2);
                    }
                })
                .run();
    }

    private void load(Peft peft, Workshop workshop) {
        System.out.println("loads  resident MB  of them live heap");
        PeftModel model = peft.load(workshop.base());
        for (int i = 1; i <= LOADS; i++) {
            Adapter adapter = model.loadAdapter(workshop.file("soak"));
            assertThat(model.generate("say red:", Sampling.greedy(16), adapter)).isNotEmpty();
            point(i, 5, LOADS / 2);
        }
    }

    private void point(int done, int every, int half) {
        if (done % every != 0 && done != 1) {
            return;
        }
        System.gc(); // what Java no longer refers to isn't held
        last = resident();
        long heap = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        System.out.printf(Locale.ROOT, "%5d  %11.1f  %17.1f%n", done, last / 1024.0, heap / 1048576.0);
        if (done <= half) {
            atHalf = last;
        }
    }

    /** What the system holds for this process, in kB. */
    private static long resident() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(l -> l.startsWith("VmRSS:"))
                    .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
