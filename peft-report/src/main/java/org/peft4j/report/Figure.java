package org.peft4j.report;

import java.util.Arrays;
import java.util.Optional;

/** What is measured of a run. Each has a name in files, a unit, and a direction in which it is better, where there is one. */
public enum Figure {
    /** Parameters that were trained. */
    TRAINABLE_PARAMETERS("trainable-parameters", "Trained parameters", Unit.COUNT, Better.LOWER),
    /** {@link #TRAINABLE_PARAMETERS} as a fraction of the base's parameters, 0.01 for one per cent. */
    TRAINABLE_SHARE("trainable-share", "Share of the base", Unit.FRACTION, Better.LOWER),
    /** Mean loss of the held-out target tokens with the adapter that is kept, in nats a token. */
    HELD_OUT_LOSS("held-out-loss", "Held-out loss", Unit.NATS, Better.LOWER),
    /** e to the power of {@link #HELD_OUT_LOSS}. */
    PERPLEXITY("perplexity", "Perplexity", Unit.PLAIN, Better.LOWER),
    /** Fraction of the generations that equal their reference, 0 to 1. */
    EXACT_MATCH("exact-match", "Exact match", Unit.FRACTION, Better.HIGHER),
    /** BLEU of the generations over the corpus, 0 to 100. */
    BLEU("bleu", "BLEU", Unit.POINTS, Better.HIGHER),
    /** ROUGE-L (F1) of the generations, mean, 0 to 1. */
    ROUGE_L("rouge-l", "ROUGE-L", Unit.SCORE, Better.HIGHER),
    /** Fraction of the generations that carry all the fields of their prompt, 0 to 1. */
    FIELDS_CARRIED("fields-carried", "Fields carried", Unit.FRACTION, Better.HIGHER),
    /** Loss on general text without the adapter, in nats a token. */
    GENERAL_LOSS_OFF("general-loss-off", "General loss, adapter off", Unit.NATS, Better.LOWER),
    /** Loss on general text with the adapter, in nats a token. */
    GENERAL_LOSS_ON("general-loss-on", "General loss, adapter on", Unit.NATS, Better.LOWER),
    /** Loss on general text with the adapter on minus the loss with it off, in nats a token: above 0 is forgotten. */
    FORGETTING("forgetting", "Forgetting", Unit.SIGNED_NATS, Better.LOWER),
    /** Tokens a second in training, evaluations left out. */
    TRAINING_TOKENS_PER_SECOND("training-tokens-per-second", "Training speed", Unit.TOKENS_PER_SECOND, Better.HIGHER),
    /** Seconds of training, evaluations left out. */
    TRAINING_SECONDS("training-seconds", "Training time", Unit.SECONDS, Better.LOWER),
    /** Seconds of training until the best held-out loss was reached. */
    SECONDS_TO_BEST("seconds-to-best", "Time to best loss", Unit.SECONDS, Better.LOWER),
    /** Seconds of the whole process: start, training, evaluations, generations. */
    RUN_SECONDS("run-seconds", "Whole run", Unit.SECONDS, Better.LOWER),
    /** Largest resident memory of the process, in bytes. */
    PEAK_MEMORY("peak-memory-bytes", "Peak memory", Unit.BYTES, Better.LOWER),
    /** Size of the adapter's files, in bytes. */
    ADAPTER_BYTES("adapter-bytes", "Adapter size", Unit.BYTES, Better.LOWER),
    /** Seconds from the process's start until it could generate with the adapter. */
    START_UP_SECONDS("start-up-seconds", "Start-up", Unit.SECONDS, Better.LOWER),
    /** Tokens a second in generation with the adapter. */
    GENERATION_TOKENS_PER_SECOND("generation-tokens-per-second", "Generation", Unit.TOKENS_PER_SECOND, Better.HIGHER),
    /** Tokens a second in generation in the same process without the adapter. */
    GENERATION_TOKENS_PER_SECOND_OFF(
            "generation-tokens-per-second-off", "Generation, adapter off", Unit.TOKENS_PER_SECOND, Better.HIGHER),
    /** Largest absolute difference of the logits between the merged model and the adapter on its base. */
    MERGE_ERROR("merge-error", "Merge error", Unit.SMALL, Better.LOWER);

    private final String key;
    private final String label;
    private final Unit unit;
    private final Better better;

    Figure(String key, String label, Unit unit, Better better) {
        this.key = key;
        this.label = label;
        this.unit = unit;
        this.better = better;
    }

    /** The name in {@code report.json} and {@code results.csv}, for example {@code held-out-loss}. */
    public String key() {
        return key;
    }

    /** The name for people, for example {@code Held-out loss}. */
    public String label() {
        return label;
    }

    /** What its numbers count. */
    public Unit unit() {
        return unit;
    }

    /** Which direction is better. */
    public Better better() {
        return better;
    }

    /** Whether it follows from the settings alone, so that one run tells it: no seed changes it. */
    public boolean exact() {
        return this == TRAINABLE_PARAMETERS || this == TRAINABLE_SHARE || this == ADAPTER_BYTES;
    }

    /** The figure of this {@link #key()}. */
    public static Optional<Figure> named(String key) {
        return Arrays.stream(values()).filter(f -> f.key.equals(key)).findFirst();
    }

    /** Which of two values of a figure is better. */
    public enum Better {
        /** The smaller one. */
        LOWER,
        /** The larger one. */
        HIGHER
    }

    /** What numbers count, which decides their digits. */
    public enum Unit {
        /** Whole things. */
        COUNT,
        /** A fraction, 0 to 1, shown in per cent. */
        FRACTION,
        /** Nats a token. */
        NATS,
        /** A difference in nats a token, shown with its sign. */
        SIGNED_NATS,
        /** A number without a unit. */
        PLAIN,
        /** 0 to 100. */
        POINTS,
        /** 0 to 1. */
        SCORE,
        /** Tokens a second. */
        TOKENS_PER_SECOND,
        /** Seconds. */
        SECONDS,
        /** Bytes. */
        BYTES,
        /** A rounding error, shown with its power of ten. */
        SMALL
    }
}
