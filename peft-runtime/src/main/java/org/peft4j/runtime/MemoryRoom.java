package org.peft4j.runtime;

import java.util.Locale;
import java.util.OptionalLong;
import org.peft4j.api.PeftException;

/**
 * A run's estimate against what the machine has.
 *
 * @param estimate of the whole process at its peak
 * @param available what this process may hold in all: what it holds now and what is left
 */
record MemoryRoom(MemoryEstimate estimate, OptionalLong available) {
    static MemoryRoom of(TrainingPlan plan, MachineMemory machine) {
        MemoryEstimate estimate = MemoryEstimate.of(plan);
        OptionalLong left = machine.available();
        OptionalLong resident = machine.resident();
        return new MemoryRoom(
                estimate,
                left.isPresent() ? OptionalLong.of(left.getAsLong() + resident.orElse(0)) : OptionalLong.empty());
    }

    void require(MemoryCheck check, TrainingListener listener) {
        listener.estimated(estimate, available);
        if (check == MemoryCheck.REFUSE && available.isPresent() && estimate.total() > available.getAsLong()) {
            throw refusal(available.getAsLong());
        }
    }

    private PeftException refusal(long most) {
        return PeftException.of(
                "not-enough-memory",
                "the run needs about " + megabytes(estimate.total()) + " of memory, and there are "
                        + megabytes(most) + ": weights " + megabytes(estimate.weights()) + ", parameters "
                        + megabytes(estimate.parameters()) + ", optimizer " + megabytes(estimate.optimizer())
                        + ", a step " + megabytes(estimate.step()) + ", an evaluation "
                        + megabytes(estimate.evaluation()) + ", the program " + megabytes(estimate.program()),
                "Use gradient-checkpointing, a smaller batch, shorter sequences, 4-bit storage of the base or mapped optimizer state;"
                        + " 'memory-check: warn' tries all the same.");
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,d MB", (bytes + 999_999) / 1_000_000);
    }
}
