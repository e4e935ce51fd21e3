package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.peft4j.model.Batch;
import org.peft4j.model.ProductCount;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;

/** The counted arithmetic of a step against sums by hand. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProductCountTests {
    // llama-gqa: hidden 32, 4 heads of 8, 2 key/value heads, feed-forward 56, 2 layers, 101 tokens.
    private static final double QUERIES = 2.0 * 32 * 32;
    private static final double KEYS = 2.0 * 32 * 16;
    private static final double OUTPUT = 2.0 * 32 * 32;
    private static final double INNER = 2.0 * 32 * 56;
    private static final double LAYER = QUERIES + 2 * KEYS + OUTPUT + 3 * INNER;
    /** What of a layer only looks at one row. */
    private static final double BEHIND = OUTPUT + 3 * INNER;

    private static final double HEAD = 2.0 * 32 * 101;
    /** Products of one query with one key in all heads: the score and the weighted value. */
    private static final double PAIR = 2 * 2.0 * 8 * 4;

    private static final int TOKENS = 5 + 3;
    private static final int TARGETS = 4 + 2;
    private static final int PAIRS = 15 + 6;
    /** Two layers, of the last one a part for those rows alone that something is predicted from. */
    private static final double LAYERS = TOKENS * (2 * LAYER - BEHIND) + TARGETS * BEHIND;

    private Peft peft;
    private PeftModel model;
    private Batch batch;

    @BeforeAll
    void load() {
        peft = Peft.create(1);
        model = peft.load(Fixtures.model("llama-gqa"));
        batch = Batch.of(List.of(Batch.Sequence.of(1, 5, 9, 40, 33), Batch.Sequence.of(1, 7, 8)));
    }

    @AfterAll
    void close() {
        peft.close();
    }

    private ProductCount count(String method) {
        return ProductCount.of(model.with(model.installYaml(method, 1)), batch);
    }

    @Test
    void belowTheLowestTrainedParameterNoGradientIsCounted() {
        ProductCount count = count("{name: lora, rank: 2, target-modules: [q_proj, v_proj]}");

        assertThat(count.forward()).isEqualTo(LAYERS);
        // The first layer's input is the embeddings: neither its q, k nor v passes a gradient on.
        assertThat(count.inputGradients()).isEqualTo(LAYERS - TOKENS * (QUERIES + 2 * KEYS));
        assertThat(count.weightGradients()).isZero();
        assertThat(count.attention()).isEqualTo(3 * 2 * PAIR * PAIRS);
        assertThat(count.head()).isEqualTo(2 * HEAD * TARGETS);
        double down = 2.0 * TOKENS * 2 * 32;
        double up = 2.0 * TOKENS * 2 * (32 + 16);
        assertThat(count.adapters()).isEqualTo(2 * (3 * 2 * down + 3 * up) - 2 * down);
        assertThat(count.half()).isZero();
    }

    @Test
    void aMethodOnTheTopLayerCountsNothingBackwardBelowIt() {
        ProductCount count = count("{name: llama-adapter, adapter-layers: 1}");

        assertThat(count.forward()).isEqualTo(LAYERS);
        assertThat(count.inputGradients()).isEqualTo(TARGETS * BEHIND);
        assertThat(count.attention()).isEqualTo((1 + 3) * PAIR * PAIRS);
    }

    @Test
    void adaptersBehindTheLastAttentionCountTheRowsThatSomethingIsPredictedFrom() {
        ProductCount count = count("{name: lora, rank: 2, target-modules: [down_proj]}");

        double down = 2.0 * 2 * 56;
        double up = 2.0 * 2 * 32;
        assertThat(count.adapters()).isEqualTo((TOKENS + TARGETS) * 3 * (down + up) - TOKENS * down);
    }

    @Test
    void trainedWeightsCountTheirGradients() {
        ProductCount count = count("{name: full}");

        assertThat(count.inputGradients()).isEqualTo(LAYERS);
        assertThat(count.weightGradients()).isEqualTo(LAYERS);
        assertThat(count.head()).isEqualTo(3 * HEAD * TARGETS);
        assertThat(count.total())
                .isEqualTo(count.forward()
                        + count.inputGradients()
                        + count.weightGradients()
                        + count.attention()
                        + count.head());
    }
}
