package org.peft4j.api;

/** A parameter of an adapter: a {@link Var} that outlives every run, is trained (or held constant) and saved. */
public interface Param extends Var {
    /**
     * Its key in an adapter file, unique in the adapter, for example
     * {@code base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight}.
     */
    String key();

    /** What it was made from. */
    ParamSpec spec();
}
