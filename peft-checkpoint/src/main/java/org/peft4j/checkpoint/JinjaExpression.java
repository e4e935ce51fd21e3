package org.peft4j.checkpoint;

/** A parsed expression. Values are null (none), Boolean, Long, Double, String, List, Map and {@link JinjaScope}'s types. */
@FunctionalInterface
interface JinjaExpression {
    Object value(JinjaScope scope);
}
