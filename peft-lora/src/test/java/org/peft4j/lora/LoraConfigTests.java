package org.peft4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Setting;
import org.peft4j.api.Site;
import org.peft4j.api.Targets;

/** Settings: defaults, refusals, which modules they mean, and what is wrong with them on a model. */
class LoraConfigTests {
    private static final ModelShape MODEL = Shapes.llama(true);

    @Test
    void documentedDefaultsAreTheDefaults() throws ReflectiveOperationException {
        for (RecordComponent c : LoraConfig.class.getRecordComponents()) {
            Object value = c.getAccessor().invoke(LoraConfig.defaults());
            String documented = c.getAnnotation(Setting.class).value();
            assertThat(String.valueOf(value).toLowerCase(Locale.ROOT))
                    .as(c.getName())
                    .isEqualTo(documented);
        }
    }

    @Test
    void moduleProvidesTheMethod() {
        assertThat(LoraMethod.class.getModule().getDescriptor().provides())
                .anySatisfy(p -> assertThat(p.providers()).containsExactly("org.peft4j.lora.LoraMethod"));
        assertThat(new LoraMethod().name()).isEqualTo("lora");
    }

    @Test
    void nonsenseIsRefusedInWords() {
        refused(LoraConfig.builder().rank(0), "rank is 0, but has to be at least 1");
        refused(LoraConfig.builder().alpha(0), "alpha is 0.0, but has to be above 0");
        refused(LoraConfig.builder().alpha(Double.NaN), "alpha is NaN");
        refused(LoraConfig.builder().dropout(1), "dropout is 1.0, but has to be at least 0 and below 1");
        refused(LoraConfig.builder().targetModules(Targets.none()), "target-modules names no module");
        refused(LoraConfig.builder().layers(List.of(0, -1)), "layers contains -1");
        refused(LoraConfig.builder().rankPattern(Map.of("q_proj", 0)), "rank-pattern gives q_proj rank 0");
        refused(LoraConfig.builder().alphaPattern(Map.of("q_(", 1.0)), "'q_(' is not a regular expression");
        refused(LoraConfig.builder().learningRateRatio(0), "learning-rate-ratio is 0.0");
        refused(
                LoraConfig.builder().targetModules(Targets.parse(".*q_proj")).layers(List.of(1)),
                "layers cannot be combined with a regular expression");
        refused(LoraConfig.builder().excludeModules(Targets.allLinear()), "leaves nothing to adapt");
    }

    @Test
    void targetsFollowPeft() {
        assertThat(targets(LoraConfig.builder())).hasSize(10).allMatch(p -> p.matches(".*(q|v)_proj"));
        assertThat(targets(LoraConfig.builder().targetModules(Targets.allLinear())))
                .hasSize(35)
                .doesNotContain("lm_head");
        assertThat(targets(LoraConfig.builder().targetModules("lm_head"))).containsExactly("lm_head");
        assertThat(targets(LoraConfig.builder()
                        .targetModules(Targets.parse("model\\.layers\\.[01]\\..*_proj"))
                        .excludeModules(Targets.parse(".*mlp.*"))))
                .hasSize(8)
                .allMatch(p -> p.contains("self_attn"));
        // A regular expression has to match the whole path.
        assertThat(targets(LoraConfig.builder().targetModules(Targets.parse("q_proj"))))
                .isEmpty();
        assertThat(targets(LoraConfig.builder().targetModules("proj"))).isEmpty();
    }

    @Test
    void layersRestrictEndingsButNotWholePaths() {
        assertThat(targets(LoraConfig.builder()
                        .targetModules("self_attn.q_proj", "model.layers.0.mlp.up_proj")
                        .layers(List.of(3, 4))))
                .containsExactly(
                        "model.layers.0.mlp.up_proj",
                        "model.layers.3.self_attn.q_proj",
                        "model.layers.4.self_attn.q_proj");
    }

    @Test
    void modulesToSaveGetNoAdapter() {
        assertThat(targets(LoraConfig.builder()
                        .targetModules(Targets.allLinear())
                        .modulesToSave(List.of("mlp", "layers.4"))))
                .hasSize(16)
                .noneMatch(p -> p.contains("mlp") || p.contains("layers.4"));
    }

    @Test
    void patternsMatchFromADotToTheEndAndTheFirstCounts() {
        Map<String, Integer> patterns = new LinkedHashMap<>();
        patterns.put("layers\\.1\\..*q_proj", 2);
        patterns.put("q_proj", 3);
        patterns.put("proj", 4);
        LoraSelection selection =
                new LoraSelection(LoraConfig.builder().rankPattern(patterns).build());
        assertThat(selection.rank(site("model.layers.1.self_attn.q_proj"))).isEqualTo(2);
        assertThat(selection.rank(site("model.layers.2.self_attn.q_proj"))).isEqualTo(3);
        assertThat(selection.rank(site("model.layers.2.self_attn.v_proj"))).isEqualTo(8);
    }

    @Test
    void whatCannotWorkOnAModelIsSaidWithTheCandidates() {
        assertThat(problems(LoraConfig.builder())).isEmpty();
        assertThat(problems(LoraConfig.builder().targetModules("q_proj", "Wqkv")))
                .singleElement()
                .asString()
                .contains("'Wqkv' matches no linear layer", "down_proj", "v_proj");
        assertThat(problems(LoraConfig.builder().targetModules(Targets.parse("q_proj"))))
                .singleElement()
                .asString()
                .contains("has to match a whole path, such as model.layers.0.self_attn.q_proj");
        assertThat(problems(LoraConfig.builder().layers(List.of(1, 5))))
                .containsExactly("layers: there is no layer 5; this model's are 0 to 4");
        assertThat(problems(LoraConfig.builder().rankPattern(Map.of("up_proj", 4))))
                .singleElement()
                .asString()
                .contains("rank-pattern: 'up_proj' matches none", "[q_proj, v_proj]");
        assertThat(problems(LoraConfig.builder().modulesToSave(List.of("lm_head"))))
                .singleElement()
                .asString()
                .contains("no module 'lm_head'", "embed_tokens", "tied");
        assertThat(problems(LoraConfig.builder().excludeModules(Targets.of("q_proj", "v_proj"))))
                .singleElement()
                .asString()
                .contains("no layer is left to adapt");
    }

    private static List<String> targets(LoraConfigBuilder builder) {
        return new LoraSelection(builder.build())
                .sites(MODEL).stream().map(Site::path).toList();
    }

    private static List<String> problems(LoraConfigBuilder builder) {
        return new LoraMethod().problems(builder.build(), MODEL);
    }

    private static Site site(String path) {
        return MODEL.sites().stream()
                .filter(s -> s.path().equals(path))
                .findFirst()
                .orElseThrow();
    }

    private static void refused(LoraConfigBuilder builder, String why) {
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }
}
