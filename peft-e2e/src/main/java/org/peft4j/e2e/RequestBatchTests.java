package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.peft4j.api.PeftException;
import org.peft4j.engine.Precision;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.BatchGenerator;
import org.peft4j.model.BatchGenerator.Request;
import org.peft4j.model.Generator;
import org.peft4j.model.Sampling;
import org.peft4j.model.WeightedAdapter;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;

/** Requests of one batch, each with adapters of its own. */
class RequestBatchTests {
    private static final int NEW = 24;

    private static Peft peft;
    private static PeftModel base;

    @BeforeAll
    static void start() {
        peft = Peft.create(2);
        base = peft.load(Fixtures.model("llama-gqa-untied"));
    }

    @AfterAll
    static void stop() {
        peft.close();
    }

    private static AdaptedModel of(PeftModel on, String... names) {
        return on.with(Arrays.stream(names)
                .map(n -> on.loadAdapter(Fixtures.adapter(n), n))
                .toArray(org.peft4j.model.Adapter[]::new));
    }

    /** Every kind of hook, tensors that take the base's place, storage, virtual tokens, weights, several at once, none. */
    private static List<AdaptedModel> everyKind(PeftModel on) {
        List<AdaptedModel> models = new ArrayList<>();
        for (String name : List.of(
                "lora-qv",
                "lora-all-linear",
                "lora-lm-head",
                "lora-layers",
                "lora-dora",
                "prefix-10",
                "prompt-tuning",
                "lora-modules-to-save")) {
            models.add(of(on, name));
        }
        models.add(of(on, "lora-qv", "lora-dora"));
        models.add(of(on, "prefix-10", "lora-all-linear"));
        models.add(on.with(new WeightedAdapter(on.loadAdapter(Fixtures.adapter("lora-rslora"), "part"), 0.5)));
        models.add(on.with(on.installYaml("{name: qlora, lora: {rank: 4}}", 5)));
        models.add(on.with());
        return models;
    }

    private static int[] prompt(int i) {
        int[] ids = new int[1 + (7 * i) % 11];
        Arrays.setAll(ids, j -> 3 + (5 * i + 13 * j) % 90);
        return ids;
    }

    private static int[] alone(AdaptedModel model, int[] prompt, Sampling sampling) {
        return new Generator(model, sampling, Set.of())
                .generate(List.of(prompt), (i, id) -> {})
                .get(0);
    }

    private static void compare(List<AdaptedModel> models) {
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 2 * models.size() + 3; i++) {
            requests.add(new Request(models.get(i % models.size()), prompt(i)));
        }
        Sampling sampling = Sampling.greedy(NEW).withoutStop();
        List<int[]> together = new BatchGenerator(sampling, Set.of()).generate(requests, (i, id) -> {});
        for (int i = 0; i < requests.size(); i++) {
            Request r = requests.get(i);
            assertThat(together.get(i)).as("request " + i).isEqualTo(alone(r.model(), r.prompt(), sampling));
        }
    }

    @Test
    void eachGivesWhatItsModelGivesAlone() {
        compare(everyKind(base));
    }

    @Test
    void alsoOverABaseInFourBits() {
        compare(everyKind(peft.load(Fixtures.model("llama-gqa-untied"), "nf4")));
    }

    @Test
    void alsoOverWeightsInBfloat16() {
        PeftModel half = peft.load(Fixtures.model("llama-gqa-untied"), "as-is", Precision.BF16);
        compare(List.of(of(half, "lora-qv"), of(half, "lora-all-linear"), of(half, "prefix-10"), half.with()));
    }

    @Test
    void alsoWithBiasesAndWindows() {
        PeftModel qwen = peft.load(Fixtures.model("qwen2"));
        compare(List.of(of(qwen, "lora-qwen2"), of(qwen, "lora-dora-qwen2"), qwen.with()));
        PeftModel mistral = peft.load(Fixtures.model("mistral-window"));
        compare(List.of(of(mistral, "lora-mistral"), mistral.with()));
        PeftModel llama = peft.load(Fixtures.model("llama-gqa"));
        compare(List.of(of(llama, "adaption-prompt"), of(llama, "prefix-projection"), llama.with()));
    }

    @Test
    void aStopTokenEndsItsOwnRequestOnly() {
        AdaptedModel lora = of(base, "lora-qv");
        int[] first = alone(lora, prompt(3), Sampling.greedy(NEW).withoutStop());
        Set<Integer> stops = Set.of(first[5]);
        List<Request> requests = List.of(new Request(lora, prompt(3)), new Request(base.with(), prompt(4)));

        List<int[]> made = new BatchGenerator(Sampling.greedy(NEW), stops).generate(requests, (i, id) -> {});

        assertThat(made.get(0)).isEqualTo(Arrays.copyOf(first, made.get(0).length));
        assertThat(made.get(0).length).isLessThanOrEqualTo(5);
        int[] other = new Generator(base.with(), Sampling.greedy(NEW), stops)
                .generate(List.of(prompt(4)), (i, id) -> {})
                .get(0);
        assertThat(made.get(1)).isEqualTo(other);
    }

    @Test
    void equalDrawsGiveEqualTokensAndTheListenerHearsThemInOrder() {
        Sampling sampling = new Sampling(NEW, 0.9, 20, 0.95, 7, false);
        List<Request> requests = new ArrayList<>();
        for (AdaptedModel model : everyKind(base)) {
            requests.add(new Request(model, prompt(requests.size())));
        }
        List<List<Integer>> heard = new ArrayList<>();
        requests.forEach(r -> heard.add(new ArrayList<>()));

        List<int[]> once = new BatchGenerator(sampling, Set.of())
                .generate(requests, (i, id) -> heard.get(i).add(id));
        List<int[]> again = new BatchGenerator(sampling, Set.of()).generate(requests, (i, id) -> {});

        assertThat(again).usingRecursiveComparison().isEqualTo(once);
        for (int i = 0; i < once.size(); i++) {
            assertThat(heard.get(i).stream().mapToInt(Integer::intValue).toArray())
                    .isEqualTo(once.get(i));
        }
    }

    @Test
    void aPromptWithoutRoomIsNamed() {
        List<Request> requests =
                List.of(new Request(base.with(), prompt(1)), new Request(of(base, "prefix-10"), new int[250]));
        assertThatThrownBy(() -> new BatchGenerator(Sampling.greedy(4), Set.of()).generate(requests, (i, id) -> {}))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("prompt 2 has 250 tokens");
    }
}
