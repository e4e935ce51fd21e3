package org.peft4j.checkpoint;

/** A parsed piece of a template. */
@FunctionalInterface
interface JinjaNode {
    void render(JinjaScope scope, StringBuilder out);
}
