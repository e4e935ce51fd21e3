package org.peft4j.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Names with values as text, in an order that is kept. */
final class Facts {
    private Facts() {}

    static Map<String, String> copy(Map<String, String> facts) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }
}
