package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peft4j.api.PeftException;
import org.peft4j.engine.Precision;
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
    private static Adapter prefix;

    @BeforeAll
    static void start() {
        peft = Peft.create(2);
        base = peft.load(Fixtures.model("llama-gqa-untied"));
        lora = base.loadAdapter(Fixtures.adapter("lora-qv"), "lora");
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

    @ParameterizedTest
    @CsvSource({"as-is, FP32", "as-is, BF16", "nf4, FP32", "int8, BF16"})
    void threadsThatShareABaseGetWhatEachGetsAlone(String storage, Precision precision) throws Exception {
        PeftModel shared = peft.load(Fixtures.model("llama-gqa-untied"), storage, precision);
        List<AdaptedModel> models = new ArrayList<>(List.of(shared.with()));
        for (String name : List.of("lora-qv", "lora-dora", "prefix-10")) {
            models.add(shared.with(shared.loadAdapter(Fixtures.adapter(name), name)));
        }
        List<int[]> alone = models.stream().map(SeveralAdaptersTests::generate).toList();
        List<float[][]> logits = models.stream().map(m -> m.logits(IDS)).toList();

        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int use = 0; use < 40; use++) {
                int which = use % models.size();
                all.add(threads.submit(() -> {
                    assertThat(generate(models.get(which))).isEqualTo(alone.get(which));
                    assertThat(models.get(which).logits(IDS)).isDeepEqualTo(logits.get(which));
                }));
            }
            for (Future<?> one : all) {
                one.get();
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
