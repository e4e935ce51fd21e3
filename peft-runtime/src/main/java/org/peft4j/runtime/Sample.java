package org.peft4j.runtime;

/**
 * A generation from a held-out prompt.
 *
 * @param prompt the prompt's text
 * @param reference what the row's completion says
 * @param generated what the model says
 */
public record Sample(String prompt, String reference, String generated) {}
