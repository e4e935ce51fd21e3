package org.peft4j.runtime;

import org.peft4j.model.AdaptedModel;

/**
 * A prompt of a batch and what continues it.
 *
 * @param prompt a text that is not empty
 * @param model the base with this request's own adapters; see {@link PeftModel#with}
 */
public record GenerationRequest(String prompt, AdaptedModel model) {}
