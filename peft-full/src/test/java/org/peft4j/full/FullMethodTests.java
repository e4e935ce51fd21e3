package org.peft4j.full;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.peft4j.api.BaseParam;
import org.peft4j.api.Installer;
import org.peft4j.api.ModelShape;
import org.peft4j.api.PeftException;
import org.peft4j.api.Setting;
import org.peft4j.api.Shape;
import org.peft4j.full.FullConfig.Part;

/** Which base tensors are trained under which settings. */
class FullMethodTests {
    private static final ModelShape MODEL = new ModelShape(
            "llama",
            8,
            2,
            2,
            1,
            4,
            16,
            32,
            64,
            List.of(),
            List.of(
                    param("model.embed_tokens.weight", -1, BaseParam.Kind.EMBEDDING),
                    param("model.layers.0.self_attn.q_proj.weight", 0, BaseParam.Kind.WEIGHT),
                    param("model.layers.0.input_layernorm.weight", 0, BaseParam.Kind.NORM),
                    param("model.layers.1.self_attn.q_proj.weight", 1, BaseParam.Kind.WEIGHT),
                    param("model.layers.1.input_layernorm.weight", 1, BaseParam.Kind.NORM),
                    param("model.norm.weight", -1, BaseParam.Kind.NORM)));
    private final FullMethod method = new FullMethod();

    @Test
    void everythingIsTrainedByDefault() {
        assertThat(trained(FullConfig.defaults())).hasSize(6);
    }

    @Test
    void settingsChooseKindsAndLayers() {
        assertThat(trained(FullConfig.defaults().withTrain(Part.NORMS)))
                .containsExactly(
                        "model.layers.0.input_layernorm.weight",
                        "model.layers.1.input_layernorm.weight",
                        "model.norm.weight");
        assertThat(trained(FullConfig.defaults().withLayers(1)))
                .containsExactly("model.layers.1.self_attn.q_proj.weight", "model.layers.1.input_layernorm.weight");
    }

    @Test
    void nothingToTrainIsSaid() {
        assertThat(method.problems(FullConfig.defaults(), MODEL)).isEmpty();
        assertThat(method.problems(FullConfig.defaults().withTrain(Part.BIASES), MODEL))
                .singleElement()
                .asString()
                .contains("no [BIASES]", "NORM");
        assertThat(method.problems(FullConfig.defaults().withLayers(1, 2), MODEL))
                .containsExactly("layers: there is no layer 2; this model's are 0 to 1");
        assertThatThrownBy(() -> FullConfig.defaults().withTrain())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("train names nothing");
        assertThatThrownBy(() -> FullConfig.defaults().withLayers(-1)).hasMessageContaining("counted from 0");
    }

    @Test
    void documentedDefaultsAreTheDefaults() throws ReflectiveOperationException {
        for (RecordComponent c : FullConfig.class.getRecordComponents()) {
            Object value = c.getAccessor().invoke(FullConfig.defaults());
            String documented = c.getAnnotation(Setting.class).value();
            assertThat(value.toString().toLowerCase(Locale.ROOT)).isEqualTo(documented);
        }
    }

    @Test
    void settingsAreKeptWithTheCheckpoint() {
        FullConfig config =
                FullConfig.defaults().withTrain(Part.NORMS, Part.WEIGHTS).withLayers(1);

        assertThat(method.format().wholeCheckpoint()).isTrue();
        assertThat(method.format().write(config, MODEL)).containsEntry("train", List.of("norms", "weights"));
        assertThat(method.format().read(method.format().write(config, MODEL), MODEL))
                .isEqualTo(config);
        assertThatThrownBy(() -> method.format().read(Map.of("train", List.of("heads")), MODEL))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("'heads'");
    }

    private List<String> trained(FullConfig config) {
        List<String> paths = new ArrayList<>();
        Installer installer = (Installer) Proxy.newProxyInstance(
                Installer.class.getClassLoader(), new Class<?>[] {Installer.class}, (proxy, called, args) -> {
                    if (called.getName().equals("unfreeze")) {
                        paths.add(((BaseParam) args[0]).path());
                        return null;
                    }
                    return MODEL;
                });
        method.install(config, installer);
        return paths;
    }

    private static BaseParam param(String path, int layer, BaseParam.Kind kind) {
        return new BaseParam(path, layer, kind, Shape.of(8));
    }
}
