package org.peft4j.compare;

import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.peft4j.report.Figure;
import org.peft4j.runtime.Peft;

/** Where the units of a comparison run. */
public abstract sealed class UnitLauncher permits UnitLauncher.SameProcess, ChildProcesses {
    UnitLauncher() {}

    /**
     * Units run in this process, one after the other: nothing is started, but memory is not measured, and a crash ends everything.
     * For small comparisons within an application, and for tests.
     */
    public static UnitLauncher inThisProcess(Peft peft) {
        return new SameProcess(peft);
    }

    /** Each unit runs in a process of its own, which is started by this command. */
    public static UnitLauncher processes(UnitCommand command) {
        return new ChildProcesses(command);
    }

    /**
     * Runs a unit to its end. What goes wrong with it is its result's failure.
     *
     * @param name a file name for what it says
     * @param directory where that file is
     */
    abstract UnitResult launch(UnitRequest request, String name, Path directory, UnitListener listener);

    /** Ends the unit that is running. */
    abstract void stop();

    /** In this process. */
    static final class SameProcess extends UnitLauncher {
        private final Peft peft;

        SameProcess(Peft peft) {
            this.peft = peft;
        }

        @Override
        UnitResult launch(UnitRequest request, String name, Path directory, UnitListener listener) {
            Instant start = Instant.now();
            UnitResult result = new UnitRun(peft, request, start, listener).run();
            Map<String, Double> figures = new LinkedHashMap<>(result.figures());
            figures.remove(Figure.PEAK_MEMORY.key()); // of everything in this process
            return result.withFigures(figures);
        }

        @Override
        void stop() {
            // a unit in this process runs to its end; the next one isn't begun
        }
    }
}
