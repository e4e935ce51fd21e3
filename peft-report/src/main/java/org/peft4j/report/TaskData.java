package org.peft4j.report;

import java.util.Map;

/**
 * What all rows are trained and measured on.
 *
 * @param train name of the training data
 * @param trainRows how many rows it has
 * @param heldOut name of the held-out data
 * @param heldOutRows how many rows it has
 * @param more further facts, with values as text: tokens, general text, generations, hashes
 */
public record TaskData(String train, long trainRows, String heldOut, long heldOutRows, Map<String, String> more) {
    /** Copies the map, keeping its order. */
    public TaskData {
        more = Facts.copy(more);
    }
}
