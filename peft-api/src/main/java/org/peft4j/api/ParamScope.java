package org.peft4j.api;

/** Where parameters are created: at one site of the model, or (the {@link Installer} itself) for the whole model. */
public interface ParamScope {
    /**
     * Creates a parameter. At a site its file key is {@code base_model.model.<site path>.<name>}, for the whole model it is
     * the name alone.
     *
     * @throws PeftException if the key is taken
     */
    Param param(ParamSpec spec);

    /** Creates a trained and saved parameter; see {@link ParamSpec#of}. */
    default Param param(String name, Init init, long... shape) {
        return param(ParamSpec.of(name, init, shape));
    }
}
