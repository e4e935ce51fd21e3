package org.peft4j.runtime;

import org.peft4j.model.Adapter;

/**
 * An adapter and what moves its parameters.
 *
 * @param adapter the adapter
 * @param optimizer of its parameters alone
 */
public record TrainedAdapter(Adapter adapter, Optimizer optimizer) {}
