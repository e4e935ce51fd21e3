package org.peft4j.compare;

import java.util.List;
import org.peft4j.config.ConfigDocument;
import org.peft4j.runtime.Peft;

/**
 * A comparison, read and checked.
 *
 * @param config what is common
 * @param rows what is compared
 */
public record ComparisonSpec(ComparisonConfig config, List<Row> rows) {
    /** Copies the list. */
    public ComparisonSpec {
        rows = List.copyOf(rows);
    }

    /**
     * Reads a comparison.
     *
     * @param peft knows the methods, optimizers, schedules and codecs
     * @throws org.peft4j.api.PeftException with what is wrong in it, and where
     */
    public static ComparisonSpec read(ConfigDocument document, Peft peft) {
        return new ComparisonReader(document, peft).read();
    }

    /** How many settings each row that is trained tries. */
    public int settingsPerRow() {
        return rows.stream()
                .filter(Row::trained)
                .mapToInt(r -> r.candidates().size())
                .max()
                .orElse(1);
    }

    /** Whether any row has settings to choose from. */
    public boolean tunes() {
        return settingsPerRow() > 1;
    }
}
