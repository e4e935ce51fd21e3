package org.peft4j.prompt;

import java.util.List;
import org.peft4j.api.AdapterFormat;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.Init;
import org.peft4j.api.Installer;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Param;
import org.peft4j.api.TextActivations;

/** Prompt tuning (Lester et al. 2021): trained embeddings before every sequence. */
public final class PromptMethod implements AdapterMethod<PromptConfig> {
    /** For {@link java.util.ServiceLoader}. */
    public PromptMethod() {}

    @Override
    public String name() {
        return "prompt";
    }

    @Override
    public String description() {
        return "Trains the embeddings of virtual tokens before every sequence (prompt tuning, Lester et al. 2021).";
    }

    @Override
    public Class<PromptConfig> configType() {
        return PromptConfig.class;
    }

    @Override
    public List<String> problems(PromptConfig config, ModelShape model) {
        return config.virtualTokens() < model.maxPositions()
                ? List.of()
                : List.of("virtual-tokens: " + config.virtualTokens() + " leave no room for text in this model's "
                        + model.maxPositions() + " positions");
    }

    @Override
    public void install(PromptConfig config, Installer installer) {
        int hidden = installer.model().hiddenSize();
        Init init = config.initText().isBlank()
                ? new Init.Normal(0, 1)
                : new Init.Values(fromText(config, installer.activations(config.initText()), hidden));
        Param prompt = installer.param("prompt_embeddings", init, config.virtualTokens(), hidden);
        installer.virtualTokens(config.virtualTokens(), ops -> prompt);
    }

    @Override
    public AdapterFormat<PromptConfig> format() {
        return new PromptFormat();
    }

    private static float[] fromText(PromptConfig config, TextActivations text, int hidden) {
        float[] values = new float[config.virtualTokens() * hidden];
        for (int t = 0; t < config.virtualTokens(); t++) {
            System.arraycopy(text.embeddings(), (t % text.tokens()) * hidden, values, t * hidden, hidden);
        }
        return values;
    }
}
