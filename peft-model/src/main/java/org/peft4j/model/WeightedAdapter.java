package org.peft4j.model;

import org.peft4j.api.PeftException;

/**
 * An adapter and how strongly it acts among several.
 *
 * @param adapter the adapter
 * @param weight a finite factor for what each of its hooks changes: 1 is the adapter as it was trained, 0 the model without it; below
 *     0 the change is turned round
 */
public record WeightedAdapter(Adapter adapter, double weight) {
    /**
     * Checks that the adapter can be weighted.
     *
     * @throws PeftException if the weight is not a finite number, or is neither 0 nor 1 while the adapter does something of which there
     *     is no part: puts virtual tokens before the text, or replaces tensors of the base
     */
    public WeightedAdapter {
        if (!Double.isFinite(weight)) {
            throw refused(adapter, "weight " + weight + " is not a finite number", "Give a number, for example 0.5.");
        }
        boolean partly = weight != 0 && weight != 1;
        if (partly && adapter.virtualTokenCount > 0) {
            throw refused(
                    adapter,
                    "method " + adapter.method().name()
                            + " puts virtual tokens before the text, and there is no part of a token",
                    "Give it the weight 1 or 0.");
        }
        if (partly && !adapter.unfrozen.isEmpty()) {
            throw refused(
                    adapter,
                    "it holds tensors that take the place of the base's, the first "
                            + adapter.unfrozen.keySet().iterator().next(),
                    "Give it the weight 1 or 0.");
        }
    }

    /** The adapter as it was trained. */
    public static WeightedAdapter whole(Adapter adapter) {
        return new WeightedAdapter(adapter, 1);
    }

    private static PeftException refused(Adapter adapter, String why, String mend) {
        return PeftException.of("adapter-weight", "adapter " + adapter.name() + " cannot be weighted: " + why, mend);
    }
}
