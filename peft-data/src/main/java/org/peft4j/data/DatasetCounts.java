package org.peft4j.data;

/**
 * What a dataset has.
 *
 * @param rows rows read
 * @param skipped rows left out, because they were too long or had nothing to train on
 * @param truncated rows whose end was cut off
 * @param tokens tokens of all examples, special tokens included
 * @param targetTokens tokens to be predicted
 * @param longest tokens of the longest example
 */
public record DatasetCounts(long rows, long skipped, long truncated, long tokens, long targetTokens, int longest) {}
