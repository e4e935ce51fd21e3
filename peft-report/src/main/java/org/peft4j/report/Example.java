package org.peft4j.report;

/**
 * A prompt that every run answered.
 *
 * @param prompt as the model saw it
 * @param reference the answer of the data; empty where there is none
 */
public record Example(String prompt, String reference) {}
