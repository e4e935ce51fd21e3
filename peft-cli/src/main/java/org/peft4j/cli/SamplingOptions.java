package org.peft4j.cli;

import org.peft4j.model.Sampling;
import picocli.CommandLine.Option;

/** How tokens are chosen, as options. */
final class SamplingOptions {
    @Option(
            names = "--max-new-tokens",
            defaultValue = "128",
            paramLabel = "N",
            description = "Most tokens to generate (default: ${DEFAULT-VALUE}).")
    private int maxNewTokens;

    @Option(
            names = "--temperature",
            defaultValue = "0",
            paramLabel = "T",
            description = "Softness of the choice; 0, the default, takes the likeliest token.")
    private double temperature;

    @Option(
            names = "--top-k",
            defaultValue = "0",
            paramLabel = "K",
            description = "Choose among the K likeliest tokens; 0, the default, for all.")
    private int topK;

    @Option(
            names = "--top-p",
            defaultValue = "1.0",
            paramLabel = "P",
            description = "Choose among the likeliest tokens that reach this probability (default: 1).")
    private double topP;

    @Option(
            names = "--seed",
            defaultValue = "0",
            paramLabel = "N",
            description = "Seed of the draws (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--no-stop", description = "Go on behind end-of-sequence tokens.")
    private boolean noStop;

    Sampling sampling(Action action) {
        try {
            return new Sampling(maxNewTokens, temperature, topK, topP, seed, !noStop);
        } catch (IllegalArgumentException e) {
            throw action.wrong("Invalid option: --" + e.getMessage());
        }
    }
}
