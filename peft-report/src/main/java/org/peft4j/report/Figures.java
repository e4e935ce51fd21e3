package org.peft4j.report;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Figures of one run, or estimates of them. What is not in it was not measured.
 *
 * @param values in the order of {@link Figure}; finite numbers
 */
public record Figures(Map<Figure, Double> values) {
    private static final Figures NONE = new Figures(Map.of());

    /** Copies the map, leaving out what is not a finite number. */
    public Figures {
        Map<Figure, Double> kept = new EnumMap<>(Figure.class);
        values.forEach((figure, value) -> {
            if (Double.isFinite(value)) {
                kept.put(figure, value);
            }
        });
        values = Collections.unmodifiableMap(kept);
    }

    /** No figures. */
    public static Figures none() {
        return NONE;
    }

    /** These and one more. A value that is infinite or not a number leaves the figure out: it counts as not measured. */
    public Figures with(Figure figure, double value) {
        Map<Figure, Double> more = new EnumMap<>(Figure.class);
        more.putAll(values);
        more.put(figure, value);
        return new Figures(more);
    }

    /** One of them, or empty where it was not measured. */
    public OptionalDouble get(Figure figure) {
        Double value = values.get(figure);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}
