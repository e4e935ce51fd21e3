package org.peft4j.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.peft4j.api.Init;
import org.peft4j.api.ParamSpec;
import org.peft4j.api.PeftException;

/** What prompt tuning installs, and its files. */
class PromptMethodTests {
    private final PromptMethod method = new PromptMethod();
    private final Recorder recorder = new Recorder();

    @Test
    void embeddingsStandBeforeEverySequence() {
        method.install(PromptConfig.defaults(), recorder.installer());

        assertThat(recorder.params)
                .containsExactly(Map.entry(
                        "prompt_embeddings", ParamSpec.of("prompt_embeddings", new Init.Normal(0, 1), 10, 64)));
        assertThat(recorder.calls).singleElement().asString().startsWith("virtualTokens 10");
    }

    @Test
    void promptCanStartFromText() {
        method.install(PromptConfig.defaults().withVirtualTokens(3).withInitText("hi there"), recorder.installer());

        Init.Values start =
                (Init.Values) recorder.params.get("prompt_embeddings").init();
        assertThat(start.values()).hasSize(192);
        assertThat(start.values()[64 + 5]).isEqualTo(1.005f);
        assertThat(start.values()[128 + 5]).as("the text starts again").isEqualTo(0.005f);
    }

    @Test
    void fileIsPeftsAndReadsBack() {
        PromptConfig config = PromptConfig.defaults().withVirtualTokens(4);
        assertThat(method.format().read(Files.config(), Recorder.MODEL)).isEqualTo(config);
        assertThat(method.format().write(config, Recorder.MODEL)).isEqualTo(Files.own());
        Map<String, Object> file = Files.config();
        file.put("token_dim", 128);
        assertThatThrownBy(() -> method.format().read(file, Recorder.MODEL))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("'token_dim' to 128");
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> PromptConfig.defaults().withVirtualTokens(0))
                .hasMessageContaining("virtual-tokens is 0");
        assertThat(method.problems(PromptConfig.defaults().withVirtualTokens(600), Recorder.MODEL))
                .singleElement()
                .asString()
                .contains("512 positions");
    }
}
