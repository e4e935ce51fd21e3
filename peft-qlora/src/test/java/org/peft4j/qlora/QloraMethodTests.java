package org.peft4j.qlora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.peft4j.api.BaseParam;
import org.peft4j.api.Installer;
import org.peft4j.api.ModelShape;
import org.peft4j.api.PeftException;
import org.peft4j.api.Role;
import org.peft4j.api.Shape;
import org.peft4j.api.Site;
import org.peft4j.api.Targets;
import org.peft4j.lora.LoraConfig;
import org.peft4j.lora.LoraMethod;

/** What is stored in 4 bits, what is adapted, and the files. */
class QloraMethodTests {
    private static final ModelShape MODEL = new ModelShape(
            "llama",
            8,
            1,
            2,
            1,
            4,
            16,
            32,
            64,
            List.of(
                    new Site("model.layers.0.self_attn.q_proj", 0, Role.Q, 8, 8),
                    new Site("model.layers.0.self_attn.v_proj", 0, Role.V, 8, 4),
                    new Site("model.layers.0.self_attn", 0, Role.ATTENTION, 8, 8),
                    new Site("model.layers.0.mlp.up_proj", 0, Role.UP, 8, 16),
                    new Site("lm_head", -1, Role.LM_HEAD, 8, 32)),
            List.of(new BaseParam("model.layers.0.mlp.up_proj.weight", 0, BaseParam.Kind.WEIGHT, Shape.of(16, 8))));
    private final QloraMethod method = new QloraMethod();

    @Test
    void linearLayersAreStoredAndTargetsAdapted() {
        Map<String, List<String>> seen = install(QloraConfig.defaults());

        assertThat(seen.get("storage"))
                .containsExactly(
                        "model.layers.0.self_attn.q_proj",
                        "model.layers.0.self_attn.v_proj",
                        "model.layers.0.mlp.up_proj");
        assertThat(seen.get("linear"))
                .containsExactly("model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.v_proj");
    }

    @Test
    void modulesTrainedAsAWholeAreNotStored() {
        LoraConfig lora = LoraConfig.builder().modulesToSave(List.of("mlp")).build();
        assertThat(install(QloraConfig.of(lora)).get("storage")).noneMatch(p -> p.contains("mlp"));
    }

    @Test
    void whatCannotWorkIsSaid() {
        assertThat(method.problems(QloraConfig.defaults(), MODEL)).isEmpty();
        assertThat(method.problems(QloraConfig.defaults().withQuantizedModules(Targets.of("w1")), MODEL))
                .singleElement()
                .asString()
                .contains("quantized-modules: [w1] matches no frozen linear layer", "q_proj");
        assertThat(method.problems(
                        QloraConfig.of(LoraConfig.builder().targetModules("w1").build()), MODEL))
                .singleElement()
                .asString()
                .contains("'w1' matches no linear layer");
    }

    @Test
    void fileIsALoraFileWithEntriesOfItsOwn() {
        QloraConfig config = QloraConfig.of(LoraConfig.builder().rank(4).build())
                .withDoubleQuantization(false)
                .withQuantization(Quantization.FP4)
                .withLoftq(3)
                .withQuantizedModules(Targets.of("q_proj"));
        Map<String, Object> file = method.format().write(config, MODEL);

        assertThat(method.format().peftType()).isEqualTo("LORA");
        assertThat(method.format().read(file, MODEL)).isEqualTo(config);
        Map<String, Object> plain = new LoraMethod().format().write(LoraConfig.defaults(), MODEL);
        assertThat(method.format().read(plain, MODEL)).isEqualTo(QloraConfig.defaults());
        // Over an unrounded base the adapter would not do what it was trained to.
        assertThatThrownBy(() -> new LoraMethod().format().read(file, MODEL))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("'qlora_");
    }

    private Map<String, List<String>> install(QloraConfig config) {
        Map<String, List<String>> seen = new HashMap<>();
        Installer installer = (Installer) Proxy.newProxyInstance(
                Installer.class.getClassLoader(), new Class<?>[] {Installer.class}, (proxy, called, args) -> {
                    if (called.getName().equals("model")) {
                        return MODEL;
                    }
                    if (args[0] instanceof Predicate<?> where) {
                        seen.put(called.getName(), paths(where));
                    }
                    return null;
                });
        method.install(config, installer);
        return seen;
    }

    @SuppressWarnings("unchecked")
    private static List<String> paths(Predicate<?> where) {
        List<String> paths = new ArrayList<>();
        MODEL.sites().stream().filter((Predicate<Site>) where).forEach(s -> paths.add(s.path()));
        return paths;
    }
}
