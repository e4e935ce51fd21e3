package org.peft4j.api;

/** Which keys of its own sequence a query sees: a run that ends at the query itself (causality is not negotiable). */
@FunctionalInterface
public interface KeyWindow {
    /**
     * The first key that is seen.
     *
     * @param head the query head
     * @param position the query's index in its sequence, from 0
     * @param length the sequence's length
     * @return an index from 0 to {@code position}
     */
    int firstKey(int head, int position, int length);
}
