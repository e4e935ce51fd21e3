package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.peft4j.api.PeftException;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.Generator;
import org.peft4j.model.Sampling;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;

/** Adapters of one and of several methods over one base. */
class SeveralAdaptersTests {
    private static final int[] IDS = {1, 5, 9, 40, 33, 7, 60, 12};

    private static Peft peft;
    private static PeftModel base;
    private static Adapter lora;
    private static Adapter dora;
    private static Adapter prefix;

    @BeforeAll
    static void start() {
        peft = Peft.create(2);
        base = peft.load(Fixtures.model("llama-gqa-untied"));
        lora = base.loadAdapter(Fixtures.adapter("lora-qv"), "lora");
        dora = base.loadAdapter(Fixtures.adapter("lora-dora"), "dora");
        prefix = base.loadAdapter(Fixtures.adapter("prefix-10"), "prefix");
    }

    @AfterAll
    static void stop() {
        peft.close();
    }

    @Test
    void eachGivesWhatItGivesAloneWhicheverWasUsedBefore() {
        float[][] alone = base.with(lora).logits(IDS);

        float[][] other = base.with(prefix).logits(IDS);
        float[][] again = base.with(lora).logits(IDS);

        assertThat(again).isDeepEqualTo(alone);
        assertThat(other).isNotEqualTo(alone);
        assertThat(base.with().logits(IDS)).isNotEqualTo(alone);
    }

    @Test
    void severalActAtOnceAndTheirOrderOfNestingDoesNotMatterWhereTheyMeetNowhere() {
        float[][] both = base.with(lora, prefix).logits(IDS);

        assertThat(both).isDeepEqualTo(base.with(prefix, lora).logits(IDS));
        assertThat(both[7]).isNotEqualTo(base.with(lora).logits(IDS)[7]);
        assertThat(both[7]).isNotEqualTo(base.with(prefix).logits(IDS)[7]);
    }

    @Test
    void twoOfOneNameAreRefused() {
        assertThatThrownBy(() -> base.with(lora, base.loadAdapter(Fixtures.adapter("lora-dora"), "lora")))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("lora");
    }

    @Test
    void threadsThatShareABaseGetWhatEachGetsAlone() throws Exception {
        List<AdaptedModel> models = List.of(base.with(lora), base.with(dora), base.with(prefix), base.with());
        List<int[]> alone = models.stream().map(SeveralAdaptersTests::generate).toList();

        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 5; round++) {
                List<Future<int[]>> together = models.stream()
                        .map(m -> threads.submit(() -> generate(m)))
                        .toList();
                for (int i = 0; i < models.size(); i++) {
                    assertThat(together.get(i).get()).isEqualTo(alone.get(i));
                }
            }
        } finally {
            threads.shutdown();
        }
    }

    private static int[] generate(AdaptedModel model) {
        return new Generator(model, Sampling.greedy(30), Set.of())
                .generate(List.of(IDS), (i, id) -> {})
                .get(0);
    }
}
