package org.peft4j.testkit;

/**
 * One thing that every method must keep.
 *
 * @param name a sentence of which the method is the subject
 * @param waits whether there is nothing to look at before the method creates a parameter
 * @param body throws an {@link AssertionError} that says what was seen, why it may be and what to do
 */
record Check<C extends Record>(String name, boolean waits, Body<C> body) {
    /** A check that makes sense of any method. */
    static <C extends Record> Check<C> first(String name, Body<C> body) {
        return new Check<>(name, false, body);
    }

    /** A check of what a method's parameters do. */
    static <C extends Record> Check<C> of(String name, Body<C> body) {
        return new Check<>(name, true, body);
    }

    /** Looks at one method with one setting. */
    interface Body<C extends Record> {
        void run(Trial<C> trial) throws Exception;
    }
}
