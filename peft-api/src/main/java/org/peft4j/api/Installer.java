package org.peft4j.api;

import java.util.function.Predicate;

/**
 * What {@link AdapterMethod#install} builds with. Parameters created here belong to the whole model; those of a site are
 * created in the scope the hook's factory is handed.
 *
 * <p>Where several hooks meet at one site they nest: the one installed last is called first, and what it sees as the base is
 * the one installed before it. A predicate that matches no site is an error that lists the sites there are.
 */
public interface Installer extends ParamScope {
    /** The model's shape. */
    ModelShape model();

    /**
     * Makes a tensor of the base trainable; the checkpoint's own bytes stay as they are. It is saved in the adapter under
     * {@code base_model.model.<path>}.
     */
    Param unfreeze(BaseParam which);

    /**
     * The frozen weight of a linear site, [out, in], as it is at this moment: the base's own, or what {@link #storage} has made of
     * it by then.
     */
    MatrixSource weight(Site linear);

    /** Keeps the frozen weights of these linear sites encoded. A base that is encoded already stays as it is. */
    void storage(Predicate<? super Site> where, WeightCodec codec);

    /** Puts a hook around linear layers. */
    void linear(Predicate<? super Site> where, SiteFactory<LinearHook> factory);

    /** Puts a hook around attention. */
    void attention(Predicate<? super Site> where, SiteFactory<AttentionHook> factory);

    /** Puts a hook behind sub-layers or layers. */
    void stream(Predicate<? super Site> where, SiteFactory<StreamHook> factory);

    /**
     * Puts virtual tokens before every sequence. They take positions 0 to {@code count - 1}, see only themselves, and every
     * token of every sequence sees them; no loss is computed on them. They pass the layers once per batch, not once per
     * sequence.
     *
     * @param count how many, at least 1
     * @param tokens gives their embeddings [count, hidden]
     */
    void virtualTokens(int count, VirtualTokens tokens);

    /** Moves the first position of every sequence from 0 to {@code offset}; offsets of several methods add up. */
    void positionOffset(int offset);

    /** Adds a term to the training loss; {@code penalty} gives one scalar [1]. */
    void penalty(Computed penalty);

    /**
     * Is called after each optimizer step, with the step's gradients still there. What the method remembers from step to step belongs
     * into parameters that are not trained and not saved ({@link ParamSpec}): they are in a run's checkpoints, a hook's fields are not.
     */
    void afterStep(StepHook hook);

    /**
     * Has a tensor computed and written in the adapter's files instead of parameters marked
     * {@link ParamSpec#unsaved}: prefix tuning saves the projected prefix, not the projection.
     *
     * @param key its key in the file
     */
    void derived(String key, Computed tensor);

    /**
     * What the base model makes of a text, for initialisations from text.
     *
     * @throws PeftException if the text has no tokens
     */
    TextActivations activations(String text);

    /**
     * Makes the hook of one site.
     *
     * @param <H> the kind of hook
     */
    @FunctionalInterface
    interface SiteFactory<H> {
        /** Creates the site's parameters in {@code params} and gives its hook. */
        H at(Site site, ParamScope params);
    }

    /** Gives the embeddings of virtual tokens. */
    @FunctionalInterface
    interface VirtualTokens {
        /** The embeddings, [count, hidden]. */
        Var embeddings(Ops ops);
    }

    /** Computes a tensor from parameters. */
    @FunctionalInterface
    interface Computed {
        /** The tensor; for a loss term, one scalar [1]. */
        Var compute(Ops ops);
    }

    /** Acts on parameters after an optimizer step. */
    @FunctionalInterface
    interface StepHook {
        /** Called once per optimizer step. */
        void afterStep(StepContext context);
    }
}
