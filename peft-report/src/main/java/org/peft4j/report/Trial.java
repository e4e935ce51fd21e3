package org.peft4j.report;

import java.util.Map;

/**
 * One of the settings that a row's sweep tried.
 *
 * @param settings what was tried: keys of the method or the run, with their values as text
 * @param outcome how the trial ended
 * @param figures what was measured in it
 * @param winner whether the row's runs use these settings
 */
public record Trial(Map<String, String> settings, Outcome outcome, Figures figures, boolean winner) {
    /** Copies the map, keeping its order. */
    public Trial {
        settings = Facts.copy(settings);
    }
}
