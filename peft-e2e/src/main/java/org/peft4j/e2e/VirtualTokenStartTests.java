package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peft4j.api.PeftException;
import org.peft4j.model.Adapter;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;

/** Prefixes and prompts that start from a text. */
class VirtualTokenStartTests {
    private static final String TEXT = "once upon a time";
    private static final int[] IDS = {1, 5, 9, 40, 33, 7, 60, 12};

    @TempDir
    static Path temporary;

    private static Peft peft;
    private static PeftModel base;

    @BeforeAll
    static void start() {
        peft = Peft.create(2);
        base = peft.load(new Workshop(temporary).base());
    }

    @AfterAll
    static void stop() {
        peft.close();
    }

    /** A text as long as the prefix, and a longer one, which is cut. */
    @ParameterizedTest
    @CsvSource({"prefix, init: text, 0", "prefix, init: text, 3", "prompt, , 0", "prompt, , 3"})
    void theModelIsWhatItIsWithTheTextInFront(String method, String init, int cut) {
        int[] text = base.tokenizer().encode(TEXT);
        int n = text.length - cut;
        Adapter adapter = install(method, init, n);
        int[] all = Arrays.copyOf(text, n + IDS.length);
        System.arraycopy(IDS, 0, all, n, IDS.length);

        float[][] expected = base.with().logits(all);
        float[][] logits = base.with(adapter).logits(IDS);

        for (int i = 0; i < IDS.length; i++) {
            assertThat(logits[i]).as("position %d", i).containsExactly(expected[n + i], offset(1e-4f));
        }
    }

    @ParameterizedTest
    @CsvSource({"prefix, init: text", "prompt, "})
    void aShorterTextStartsAgain(String method, String init) {
        int n = base.tokenizer().encode(TEXT).length;

        float[] values = install(method, init, n + 2)
                .parameters()
                .get("prompt_embeddings")
                .toArray();

        int width = values.length / (n + 2);
        assertThat(Arrays.copyOfRange(values, n * width, (n + 2) * width))
                .containsExactly(Arrays.copyOf(values, 2 * width));
    }

    @Test
    void aStartWithoutTextIsRefused() {
        assertThatThrownBy(() -> base.installYaml("{name: prefix, init: text, init-text: ''}", 1))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("init-text");
        assertThatThrownBy(() -> base.installYaml("{name: prefix, init-text: once}", 1))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("init: text");
    }

    private static Adapter install(String method, String init, int tokens) {
        String more = init == null ? "" : init + ", ";
        return base.installYaml(
                "{name: " + method + ", " + more + "virtual-tokens: " + tokens + ", init-text: " + TEXT + "}", 1);
    }
}
