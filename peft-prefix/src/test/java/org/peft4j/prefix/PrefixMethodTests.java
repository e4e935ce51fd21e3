package org.peft4j.prefix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.peft4j.api.AttentionCall;
import org.peft4j.api.Init;
import org.peft4j.api.Ops;
import org.peft4j.api.ParamSpec;
import org.peft4j.api.PeftException;
import org.peft4j.api.Shape;
import org.peft4j.api.Var;

/** What prefix tuning installs, and its files. */
class PrefixMethodTests {
    private final PrefixMethod method = new PrefixMethod();
    private final Recorder recorder = new Recorder();

    @Test
    void oneMatrixHoldsEveryLayersKeysAndValues() {
        method.install(PrefixConfig.defaults(), recorder.installer());

        assertThat(recorder.params)
                .containsExactly(Map.entry(
                        "prompt_embeddings", ParamSpec.of("prompt_embeddings", new Init.Normal(0, 1), 10, 320)));
        assertThat(recorder.calls).containsExactly("positionOffset 10");
        assertThat(recorder.hooks).containsOnlyKeys(0, 1, 2, 3, 4);
        assertThat(prefixOf(3)).isEqualTo("columns 192-224 | columns 224-256");
    }

    @Test
    void projectionIsTrainedButItsResultSaved() {
        method.install(PrefixConfig.defaults().withProjection(16), recorder.installer());

        assertThat(recorder.params.values()).noneMatch(ParamSpec::saved).allMatch(ParamSpec::trainable);
        assertThat(recorder.params.get("transform.2.weight").shape()).isEqualTo(Shape.of(320, 16));
        assertThat(recorder.derived).containsOnlyKeys("prompt_embeddings");
    }

    @Test
    void prefixCanStartFromText() {
        method.install(PrefixConfig.defaults().withVirtualTokens(3).withInitText("hi there"), recorder.installer());

        Init.Values start =
                (Init.Values) recorder.params.get("prompt_embeddings").init();
        assertThat(start.values()).hasSize(3 * 320);
        assertThat(start.values()[320 + 192 + 7]).as("token 1, layer 3, key 7").isEqualTo(31.007f);
        assertThat(start.values()[320 + 224 + 7])
                .as("token 1, layer 3, value 7")
                .isEqualTo(36.007f);
        assertThat(start.values()[640]).as("the text starts again").isEqualTo(0f);
    }

    @Test
    void fileIsPeftsAndReadsBack() {
        assertThat(method.format().read(Files.config(), Recorder.MODEL)).isEqualTo(PrefixConfig.defaults());
        assertThat(method.format().write(PrefixConfig.defaults(), Recorder.MODEL))
                .isEqualTo(Files.own());
        Map<String, Object> projected =
                method.format().write(PrefixConfig.defaults().withProjection(16), Recorder.MODEL);
        assertThat(projected).containsEntry("prefix_projection", true).containsEntry("encoder_hidden_size", 16);
        assertThat(method.format().read(projected, Recorder.MODEL)).isEqualTo(PrefixConfig.defaults());
    }

    @Test
    void filesOfAnotherModelAreRefused() {
        for (String key : List.of("num_layers", "token_dim", "num_attention_heads", "num_transformer_submodules")) {
            Map<String, Object> file = Files.config();
            file.put(key, 7);
            assertThatThrownBy(() -> method.format().read(file, Recorder.MODEL))
                    .isInstanceOf(PeftException.class)
                    .hasMessageContaining("'" + key + "' to 7");
        }
        Map<String, Object> file = Files.config();
        file.put("modules_to_save", List.of("lm_head"));
        assertThatThrownBy(() -> method.format().read(file, Recorder.MODEL)).hasMessageContaining("modules_to_save");
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> PrefixConfig.defaults().withVirtualTokens(0))
                .hasMessageContaining("virtual-tokens is 0");
        assertThatThrownBy(() -> PrefixConfig.defaults().withInit(PrefixInit.TEXT))
                .hasMessageContaining("init-text");
        assertThatThrownBy(() -> PrefixConfig.defaults().withProjection(0).withInitText("x"))
                .hasMessageContaining("projection");
        assertThat(method.problems(PrefixConfig.defaults().withVirtualTokens(512), Recorder.MODEL))
                .singleElement()
                .asString()
                .contains("512 positions");
    }

    private String prefixOf(int layer) {
        Ops ops = (Ops) Proxy.newProxyInstance(
                Ops.class.getClassLoader(),
                new Class<?>[] {Ops.class},
                (proxy, called, args) -> new Part(called.getName() + " " + args[1] + "-" + args[2]));
        StringBuilder seen = new StringBuilder();
        AttentionCall call = (AttentionCall) Proxy.newProxyInstance(
                AttentionCall.class.getClassLoader(), new Class<?>[] {AttentionCall.class}, (proxy, called, args) -> {
                    if (called.getName().equals("withPrefix")) {
                        seen.append(((Part) args[0]).what()).append(" | ").append(((Part) args[1]).what());
                        return proxy;
                    }
                    return new Part(called.getName());
                });
        assertThat(recorder.hooks.get(layer).apply(call, ops)).isEqualTo(new Part("attend"));
        return seen.toString();
    }

    private record Part(String what) implements Var {
        @Override
        public long[] shape() {
            return new long[] {1, 1};
        }
    }
}
