package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.Installer;
import org.peft4j.engine.EngineParam;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.Batch;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;

/** Behind the last layer's attention, a loss is computed of the rows alone that something is predicted from. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LastLayerTests {
    private static final int[][] TEXTS = {{1, 5, 9, 40, 33, 7, 60, 12, 3}, {1, 7, 8, 20}, {2, 90, 14, 6, 71, 71}};

    private Peft peft;
    private PeftModel model;

    @BeforeAll
    void load() {
        peft = Peft.create(2);
        model = peft.load(Fixtures.model("llama-gqa-untied"));
    }

    @AfterAll
    void close() {
        peft.close();
    }

    static Stream<String> methods() {
        return Stream.of(
                "{name: lora, rank: 4, target-modules: all-linear}",
                "{name: lora, rank: 4, target-modules: all-linear, dora: true}",
                "{name: prefix, virtual-tokens: 4}",
                "{name: prompt, virtual-tokens: 3}",
                "{name: llama-adapter, adapter-length: 4, adapter-layers: 1}",
                "{name: llama-adapter, adapter-length: 4, bias-and-scale: true, unfreeze-norms: true}",
                "{name: full}");
    }

    /** Tokens before {@code from} are only read, those from {@code to} on, too. */
    private static Batch predicted(int from, int to) {
        return Batch.of(Arrays.stream(TEXTS)
                .map(text -> {
                    boolean[] trained = new boolean[text.length];
                    for (int i = 1; i < text.length; i++) {
                        trained[i] = i >= from && i < to;
                    }
                    return new Batch.Sequence(text, trained);
                })
                .toList());
    }

    @ParameterizedTest
    @MethodSource("methods")
    void theLossIsThatOfTheLogits(String method) {
        AdaptedModel adapted = model.with(moved(method));
        double expected = 0;
        for (int[] text : TEXTS) {
            float[][] logits = adapted.logits(text);
            for (int i = 3; i < text.length; i++) {
                expected += surprise(logits[i - 1], text[i]);
            }
        }

        assertThat(adapted.loss(predicted(3, 99))).isCloseTo(expected, within(1e-6 * expected));
        assertThat(adapted.recomputing().lossAndGradients(predicted(3, 99), 1, 0))
                .isCloseTo(expected, within(1e-6 * expected));
    }

    /** A loss is a sum over tokens, so its gradient is one, too, whatever part of the tokens is asked for. */
    @ParameterizedTest
    @MethodSource("methods")
    void gradientsAddUp(String method) {
        Adapter adapter = moved(method);
        AdaptedModel adapted = model.with(adapter);
        float[] all = gradients(adapter, adapted, predicted(1, 99));
        float[] early = gradients(adapter, adapted, predicted(1, 4));
        float[] late = gradients(adapter, adapted.recomputing(), predicted(4, 99));

        float largest = 0;
        float[] sum = new float[all.length];
        for (int i = 0; i < all.length; i++) {
            sum[i] = early[i] + late[i];
            largest = Math.max(largest, Math.abs(all[i]));
        }
        assertThat(largest).isPositive();
        assertThat(sum).containsExactly(all, offset(2e-6f * largest));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void theGradientIsThatOfFiniteDifferences(String method) {
        Adapter adapter = moved(method);
        AdaptedModel adapted = model.with(adapter);
        Batch batch = predicted(4, 99);
        float[] gradient = gradients(adapter, adapted, batch);
        double square = 0;
        for (float g : gradient) {
            square += (double) g * g;
        }

        // Along the gradient, so far that the loss changes by more than its rounding.
        double step = 0.01 / square;
        move(adapter, step);
        double above = adapted.trainingLoss(batch, 0.1, 0);
        move(adapter, -2 * step);
        double below = adapted.trainingLoss(batch, 0.1, 0);

        // A method may take a part for a constant (DoRA its norms): its gradient is only near.
        double near = method.contains("dora") ? 0.3 : 0.01;
        assertThat((above - below) / (2 * step)).isCloseTo(square, within(near * square));
    }

    private static void move(Adapter adapter, double step) {
        for (EngineParam p : adapter.parameters().trainable()) {
            float[] values = p.toArray();
            float[] gradient = p.gradientArray();
            for (int i = 0; i < values.length; i++) {
                values[i] += (float) (step * gradient[i]);
            }
            p.assign(values);
        }
    }

    @Test
    void hooksBehindTheLastAttentionSeeTheRowsThatCount() {
        RowCounter counter = new RowCounter();
        Adapter probe = Adapter.install(model.base(), "probe", counter, new RowCounter.Settings(), 0);
        Adapter prompt = model.installYaml("{name: prompt, virtual-tokens: 3}", 1);
        Batch batch = predicted(3, 99);

        model.with(prompt, probe).loss(batch);

        long all = 3 + batch.tokens().length;
        long some = batch.targetCount();
        assertThat(counter.rows).hasSize(2 * 11);
        counter.rows.forEach((place, rows) -> {
            boolean below = place.startsWith("0 ")
                    || List.of("1 Q", "1 K", "1 V", "1 ATTENTION").contains(place);
            assertThat(rows).as(place).isEqualTo(below ? all : some);
        });
    }

    private Adapter moved(String method) {
        Adapter adapter = model.installYaml(method, 5);
        SplittableRandom random = new SplittableRandom(8);
        for (EngineParam p : adapter.parameters().trainable()) {
            float[] values = p.toArray();
            for (int i = 0; i < values.length; i++) {
                values[i] += (float) (0.05 * random.nextGaussian());
            }
            p.assign(values);
        }
        return adapter;
    }

    private static float[] gradients(Adapter adapter, AdaptedModel adapted, Batch batch) {
        adapter.parameters().zeroGradients();
        adapted.lossAndGradients(batch, 0.1, 0);
        return adapter.parameters().gradients().toFloatVector();
    }

    private static double surprise(float[] logits, int token) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        return Math.log(sum) - logits[token];
    }

    /** Changes nothing and notes how many rows each hook sees. */
    private static final class RowCounter implements AdapterMethod<RowCounter.Settings> {
        private final Map<String, Long> rows = new TreeMap<>();

        /** None. */
        record Settings() {}

        @Override
        public String name() {
            return "row-counter";
        }

        @Override
        public String description() {
            return "Counts rows.";
        }

        @Override
        public Class<Settings> configType() {
            return Settings.class;
        }

        @Override
        public void install(Settings config, Installer in) {
            in.linear(site -> site.layer() >= 0, (site, params) -> (x, base, ops) -> {
                rows.put(site.layer() + " " + site.role(), x.rows());
                return base.apply(x);
            });
            in.attention(site -> true, (site, params) -> (call, ops) -> {
                rows.put(site.layer() + " " + site.role(), call.hidden().rows());
                return call.attend();
            });
            in.stream(site -> true, (site, params) -> (input, output, ops) -> {
                assertThat(input.rows()).isEqualTo(output.rows());
                rows.put(site.layer() + " " + site.role(), output.rows());
                return output;
            });
        }
    }
}
