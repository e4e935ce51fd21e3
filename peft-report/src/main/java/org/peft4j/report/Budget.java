package org.peft4j.report;

import java.util.Map;

/**
 * What each row is given.
 *
 * @param steps of a run
 * @param batchSize sequences of a step; 0 where their tokens are counted, which {@code more} tells
 * @param settingsPerRow how many settings each sweep may try, 1 where nothing was swept
 * @param more further facts, with values as text: optimizer, schedule, maximum length, threads
 */
public record Budget(int steps, int batchSize, int settingsPerRow, Map<String, String> more) {
    /** Copies the map, keeping its order. */
    public Budget {
        more = Facts.copy(more);
    }
}
