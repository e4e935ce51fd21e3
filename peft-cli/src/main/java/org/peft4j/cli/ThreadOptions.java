package org.peft4j.cli;

import java.util.Locale;
import org.peft4j.engine.Engine;
import picocli.CommandLine.Option;

/** How many threads compute, as an option. */
final class ThreadOptions {
    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute (default: one a processor).")
    private int threads;


    int count(Action action) {
        if (threads < 0) {
            throw action.wrong("Invalid value for option '--threads': " + threads + " is less than 1");
        }
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }

    Engine engine(Action action) {
        warn(action.screen());
        return Engine.create(count(action));
    }

    /** Some environments hold the BLAS to the instructions of an old processor. */
    static void warn(Screen screen) {
        String core = System.getenv("OPENBLAS_CORETYPE");
        if (core != null && !core.isBlank()) {
            screen.warn(String.format(
                    Locale.ROOT,
                    "OPENBLAS_CORETYPE=%s is set: matrix products use that processor's instructions, which may halve the"
                            + " speed here. 'unset OPENBLAS_CORETYPE' lifts it; 'peft doctor' measures it.",
                    core));
        }
    }
}
