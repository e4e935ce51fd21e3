package org.peft4j.report;

import java.util.Arrays;
import java.util.Optional;

/**
 * Mean and spread of a figure over seeds.
 *
 * @param count number of seeds
 * @param mean arithmetic mean
 * @param deviation standard deviation of the sample (divided by count - 1), 0 for one seed
 */
public record Spread(int count, double mean, double deviation) {
    /** Mean and spread of these values, or empty where there are none. */
    public static Optional<Spread> of(double... values) {
        if (values.length == 0) {
            return Optional.empty();
        }
        double mean = Arrays.stream(values).sum() / values.length;
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        double deviation = values.length == 1 ? 0 : Math.sqrt(squares / (values.length - 1));
        return Optional.of(new Spread(values.length, mean, deviation));
    }
}
