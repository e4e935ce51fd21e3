package org.peft4j.cli;

import org.peft4j.runtime.Peft;
import picocli.CommandLine.Option;

/** How many threads compute, as an option. */
final class ThreadOptions {
    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute (default: one a processor).")
    private Integer threads;

    int count(Action action) {
        if (threads == null) {
            return Runtime.getRuntime().availableProcessors();
        }
        if (threads < 1) {
            throw action.wrong("Invalid value for option '--threads': " + threads + " is less than 1");
        }
        return threads;
    }

    Peft start(Action action) {
        int count = count(action);
        warn(action.screen());
        Peft peft = Peft.create(count);
        peft.methods().problems().forEach(p -> action.screen().warn(p.getMessage()));
        peft.codecs().problems().forEach(p -> action.screen().warn(p.getMessage()));
        return peft;
    }

    /** Some environments hold the BLAS to the instructions of an old processor. */
    static void warn(Screen screen) {
        String core = System.getenv("OPENBLAS_CORETYPE");
        if (core != null && !core.isBlank()) {
            screen.warn("OPENBLAS_CORETYPE=" + core
                    + " is set: matrix products use that processor's instructions, which may halve the speed here."
                    + " 'unset OPENBLAS_CORETYPE' lifts it; 'peft doctor' measures it.");
        }
    }
}
