package org.peft4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.peft4j.api.BaseParam;
import org.peft4j.api.Init;
import org.peft4j.api.Installer;
import org.peft4j.api.LinearHook;
import org.peft4j.api.Role;
import org.peft4j.api.Site;

/** What the hooks compute, against the formulas of the papers with every matrix written out. */
class LoraHookTests {
    private static final Site SITE = new Site("model.layers.0.self_attn.q_proj", 0, Role.Q, 4, 6);
    private final SplittableRandom random = new SplittableRandom(7);
    private final Matrices.Base base = new Matrices.Base(SITE, filled(6, 4), filled(6));
    private final Matrices.Matrix x = filled(5, 4);
    private final Map<String, Matrices.Values> params = new HashMap<>();
    private final List<String> unfrozen = new ArrayList<>();
    private final List<String> derived = new ArrayList<>();

    @Test
    void plainLoraAddsTheScaledProduct() {
        LinearHook hook = hook(LoraConfig.builder().rank(2).alpha(3).build());
        assertThat(params.get("lora_B.weight").data()).containsOnly(0);
        fill();

        assertClose(apply(hook, false), dense(1.5, 1));
    }

    @Test
    void rsloraScalesByTheRootOfTheRank() {
        LinearHook hook =
                hook(LoraConfig.builder().rank(4).alpha(3).rslora(true).build());
        fill();

        assertClose(apply(hook, false), dense(1.5, 1));
    }

    @Test
    void patternsChangeRankAndScaleOfTheirModules() {
        LinearHook hook = hook(LoraConfig.builder()
                .rankPattern(Map.of("layers.0.self_attn.q_proj", 2))
                .alphaPattern(Map.of("q_proj", 5.0))
                .build());
        assertThat(params.get("lora_A.weight").shape()).containsExactly(2, 4);
        fill();

        assertClose(apply(hook, false), dense(2.5, 1));
    }

    @Test
    void doraIsTheBaseAtFirst() {
        LinearHook hook = hook(LoraConfig.builder().rank(2).dora(true).build());

        assertClose(apply(hook, false), Matrices.matrix(base.apply(x)).data());
    }

    @Test
    void doraScalesEachRowOfTheChangedWeightToItsMagnitude() {
        LinearHook hook =
                hook(LoraConfig.builder().rank(3).alpha(4.5).dora(true).build());
        fill();

        assertClose(apply(hook, false), doraDense(1.5));
    }

    @Test
    void dropoutTouchesOnlyWhatTheAdapterAdds() {
        LinearHook plain =
                hook(LoraConfig.builder().rank(2).alpha(4).dropout(0.5).build());
        fill();
        assertClose(apply(plain, true), dense(2, 0.5));

        LinearHook dora = hook(
                LoraConfig.builder().rank(2).alpha(4).dropout(0.5).dora(true).build());
        fill();
        assertClose(apply(dora, false), doraDense(2));
        double[] wanted = Matrices.matrix(base.apply(x)).data().clone();
        double[] full = doraDense(2);
        // The double's dropout halves, so what is added is half of what would be added without.
        Arrays.setAll(wanted, i -> wanted[i] + (full[i] - wanted[i]) / 2);
        assertClose(apply(dora, true), wanted);
    }

    @Test
    void startAndLearningRateFollowTheSettings() {
        hook(LoraConfig.builder().rank(2).learningRateRatio(16).build());
        assertThat(params.get("lora_A.weight").spec().init()).isEqualTo(new Init.KaimingUniform(Math.sqrt(5)));
        assertThat(params.get("lora_A.weight").spec().learningRateScale()).isEqualTo(1);
        assertThat(params.get("lora_B.weight").spec().learningRateScale()).isEqualTo(16);

        hook(LoraConfig.builder().rank(4).init(LoraInit.GAUSSIAN).build());
        assertThat(params.get("lora_A.weight").spec().init()).isEqualTo(new Init.Normal(0, 0.25));
    }

    @Test
    void modulesToSaveAreUnfrozen() {
        hook(LoraConfig.builder().modulesToSave(List.of("embed_tokens", "norm")).build());

        assertThat(unfrozen).containsExactly("model.embed_tokens.weight", "model.norm.weight");
        // The head is the same tensor in this model; peft wants to find it under its own key too.
        assertThat(derived).containsExactly("base_model.model.lm_head.weight");
    }

    private LinearHook hook(LoraConfig config) {
        List<LinearHook> hooks = new ArrayList<>();
        Installer installer = (Installer) Proxy.newProxyInstance(
                Installer.class.getClassLoader(), new Class<?>[] {Installer.class}, (proxy, method, args) -> {
                    switch (method.getName()) {
                        case "model" -> {
                            return Shapes.llama(true);
                        }
                        case "weight" -> {
                            return base;
                        }
                        case "derived" -> derived.add((String) args[0]);
                        case "unfreeze" -> unfrozen.add(((BaseParam) args[0]).path());
                        case "linear" -> hooks.add(at((Predicate<?>) args[0], (Installer.SiteFactory<?>) args[1]));
                        default -> throw new UnsupportedOperationException(method.getName());
                    }
                    return null;
                });
        new LoraMethod().install(config, installer);
        return hooks.get(0);
    }

    @SuppressWarnings("unchecked")
    private LinearHook at(Predicate<?> where, Installer.SiteFactory<?> factory) {
        assertThat(((Predicate<Site>) where).test(SITE)).isTrue();
        return (LinearHook) factory.at(SITE, new Matrices.Scope(params));
    }

    private double[] apply(LinearHook hook, boolean training) {
        return Matrices.matrix(hook.apply(x, base, Matrices.ops(training))).data();
    }

    private void fill() {
        params.values().forEach(p -> Arrays.setAll(p.data(), i -> random.nextDouble(0.5, 1.5)));
    }

    /** W x + bias + s B A (keep x). */
    private double[] dense(double scale, double keep) {
        double[] y = Matrices.matrix(base.apply(x)).data().clone();
        double[] update = Matrices.times(x, delta(), true).data();
        Arrays.setAll(y, i -> y[i] + keep * scale * update[i]);
        return y;
    }

    private double[] doraDense(double scale) {
        Matrices.Matrix d = delta();
        Matrices.Matrix changed = Matrices.zip(base.w(), d, (w, u) -> w + scale * u);
        Matrices.Matrix norms = Matrices.norms(changed);
        double[] y = Matrices.times(x, changed, true).data();
        double[] m = params.get("lora_magnitude_vector").data();
        Arrays.setAll(
                y, i -> y[i] * m[i % 6] / norms.data()[i % 6] + base.bias().data()[i % 6]);
        return y;
    }

    private Matrices.Matrix delta() {
        return Matrices.times(params.get("lora_B.weight"), params.get("lora_A.weight"), false);
    }

    private Matrices.Matrix filled(long... shape) {
        double[] data = new double[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        Arrays.setAll(data, i -> random.nextDouble(-1, 1));
        return new Matrices.Matrix(data, shape);
    }

    private static void assertClose(double[] actual, double[] wanted) {
        assertThat(actual).hasSameSizeAs(wanted);
        for (int i = 0; i < wanted.length; i++) {
            assertThat(actual[i]).as("element %d", i).isEqualTo(wanted[i], within(1e-6));
        }
    }
}
