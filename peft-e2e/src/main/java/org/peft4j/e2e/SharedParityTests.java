package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peft4j.data.DataFile;
import org.peft4j.data.DataSettings;
import org.peft4j.data.Dataset;
import org.peft4j.model.AdaptedModel;
import org.peft4j.runtime.Evaluator;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;

/** Adapters that HuggingFace peft trained on a real checkpoint, where a developer has them beside the checkout. */
class SharedParityTests {
    private static Path shared;
    private static Peft peft;

    @BeforeAll
    static void start() {
        if (Fixtures.shared().isEmpty()) {
            System.err.println("SKIPPED: no ../shared beside the checkout, so nothing is compared on stories260K");
        }
        Assumptions.assumeTrue(Fixtures.shared().isPresent(), "SKIPPED: no ../shared beside the checkout");
        shared = Fixtures.shared().orElseThrow();
        peft = Peft.create(2);
    }

    @AfterAll
    static void stop() {
        if (peft != null) {
            peft.close();
        }
    }

    /** The losses are the reference's own on this file, by scripts/hf/eval_hf.py. */
    @ParameterizedTest
    @CsvSource({
        "stories260K-lora_qv_r8, 2.13263",
        "stories260K-prefix_10, 3.78783",
        "stories260K-adaption_prompt_10, 3.53780"
    })
    void goldenAdaptersGiveTheirLogitsAndLoss(String name, double loss) {
        PeftModel base = peft.load(shared.resolve("models/stories260K"));
        JsonNode golden = Fixtures.json(shared.resolve("golden").resolve(name).resolve("golden.json"));
        AdaptedModel model = base.with(base.loadAdapter(shared.resolve("golden").resolve(name)));
        int[] ids = Fixtures.ints(golden.get("input_ids"));

        float[][] logits = model.logits(ids);

        assertThat(logits[ids.length - 1]).containsExactly(Fixtures.floats(golden.get("last_logits")), offset(1e-4f));
        assertThat(Arrays.stream(logits).mapToInt(Fixtures::argmax).toArray())
                .isEqualTo(Fixtures.ints(golden.get("argmax")));
        Dataset valid = Dataset.read(
                DataFile.of(shared.resolve("data/e2e/valid.jsonl")), base.tokenizing(), DataSettings.upTo(256));
        assertThat(new Evaluator(base, model).loss(valid).loss()).isCloseTo(loss, within(1e-4));
    }
}
