package org.peft4j.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One row of data.
 *
 * @param text what is trained on
 * @param at where it stands
 * @param fields the row's own fields, those beyond the text included: {@code Map, List, String, Number, Boolean} or null
 */
public record DataRow(RowText text, Origin at, Map<String, Object> fields) {
    /** Copies the fields; their values may be null, as JSON's are. */
    public DataRow {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }
}
