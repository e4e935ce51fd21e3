package org.peft4j.testkit;

/**
 * One thing that every method must keep.
 *
 * @param name a sentence of which the method is the subject
 * @param body throws an {@link AssertionError} that says what was seen, why it may be and what to do
 */
record Check<C extends Record>(String name, Body<C> body) {
    /** Looks at one method with one setting. */
    interface Body<C extends Record> {
        void run(Trial<C> trial) throws Exception;
    }
}
