package org.peft4j.compare;

import java.nio.file.Path;
import java.util.Optional;
import org.peft4j.api.Setting;

/**
 * Text that the task is not about: how much worse the model predicts it with the adapter is what was forgotten.
 *
 * @param text a file of running text or rows; without one the base writes it itself
 * @param samples how many texts the base writes
 * @param tokens longest of them
 */
public record GeneralSettings(
        @Setting(help = "File of running text or rows; without one the untouched base writes the text itself.")
        Optional<Path> text,

        @Setting(help = "Texts that the base writes, drawn from its own distribution; 0 for none.", value = "32")
        int samples,

        @Setting(help = "Longest text, in tokens.", value = "128")
        int tokens) {
    /** Checks the ranges. */
    public GeneralSettings {
        if (samples < 0) {
            throw new IllegalArgumentException("samples must be 0 or more, not " + samples);
        }
        if (tokens < 2) {
            throw new IllegalArgumentException("tokens must be at least 2, not " + tokens);
        }
    }
}
