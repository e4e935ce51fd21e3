package org.peft4j.report;

import java.util.Map;

/**
 * The model that all rows start from.
 *
 * @param name for people: a directory's name, not a path of this machine
 * @param architecture for example {@code llama}
 * @param parameters how many it has
 * @param more further facts, with values as text: layers, hidden size, vocabulary, storage, hash
 */
public record BaseModel(String name, String architecture, long parameters, Map<String, String> more) {
    /** Copies the map, keeping its order. */
    public BaseModel {
        more = Facts.copy(more);
    }
}
