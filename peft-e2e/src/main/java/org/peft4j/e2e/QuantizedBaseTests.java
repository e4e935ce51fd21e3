package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.Checkpoint;
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.checkpoint.SafetensorsWriter;
import org.peft4j.checkpoint.TensorSource;
import org.peft4j.model.Adapter;
import org.peft4j.model.QuantizedWeights;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;

/** Bases in a codec's form: kept so, written, read back, adapted, decoded. */
class QuantizedBaseTests {
    private static final int[] IDS = {1, 5, 9, 40, 33, 7, 60, 12};
    private static final Path BASE = Fixtures.model("llama-gqa-untied");

    private static Peft peft;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() {
        peft = Peft.create(2);
    }

    @AfterAll
    static void stop() {
        peft.close();
    }

    private Path quantized(String codec) {
        Path out = directory.resolve(codec);
        QuantizedWeights.write(peft.load(BASE).base(), peft.codecs().codec(codec), out, CheckpointWriter.Existing.KEEP);
        return out;
    }

    @ParameterizedTest
    @ValueSource(strings = {"nf4", "fp4", "int8"})
    void aWrittenBaseIsTheOneKeptInMemoryAndItsDecodedForm(String codec) {
        float[][] kept = peft.load(BASE, codec).with().logits(IDS);
        PeftModel read = peft.load(quantized(codec));
        assertThat(kept).isNotEqualTo(peft.load(BASE).with().logits(IDS));
        assertThat(read.with().logits(IDS)).isDeepEqualTo(kept);

        Path decoded = directory.resolve("decoded");
        read.merge(List.of(), decoded, CheckpointWriter.Existing.KEEP);
        assertThat(Fixtures.json(decoded.resolve("config.json")).has("quantization_config"))
                .isFalse();
        float[][] full = peft.load(decoded).with().logits(IDS);
        for (int i = 0; i < full.length; i++) {
            assertThat(full[i]).containsExactly(kept[i], org.assertj.core.api.Assertions.offset(1e-5f));
        }
    }

    @Test
    void theConfigurationIsWhatTransformersLooksFor() {
        var config = Fixtures.json(quantized("nf4").resolve("config.json")).get("quantization_config");
        assertThat(config.get("quant_method").asText()).isEqualTo("bitsandbytes");
        assertThat(config.get("load_in_4bit").asBoolean()).isTrue();
        assertThat(config.get("bnb_4bit_quant_type").asText()).isEqualTo("nf4");
        assertThat(config.get("bnb_4bit_use_double_quant").asBoolean()).isTrue();
        assertThat(config.get("llm_int8_skip_modules").toString()).isEqualTo("[\"lm_head\"]");
    }

    @Test
    void aMethodOverAQuantizedBaseIsTheSameAsOneThatQuantizes() {
        String qlora = "{name: qlora, lora: {rank: 4, dora: true}}";
        PeftModel full = peft.load(BASE);
        PeftModel stored = peft.load(quantized("nf4"));
        float[][] wanted = full.with(full.installYaml(qlora, 3)).logits(IDS);

        assertThat(stored.with(stored.installYaml("{name: lora, rank: 4, dora: true}", 3))
                        .logits(IDS))
                .isDeepEqualTo(wanted);
        assertThat(stored.with(stored.installYaml(qlora, 3)).logits(IDS)).isDeepEqualTo(wanted);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{name: qlora, quantization: fp4}", "{name: qlora, init: loftq, loftq-iterations: 2}"})
    void anAdapterReadBackStandsOnTheSameBits(String method) {
        PeftModel base = peft.load(BASE);
        Adapter made = base.installYaml(method, 5);
        base.save(made, directory.resolve("adapter"));

        Adapter read = base.loadAdapter(directory.resolve("adapter"));
        assertThat(read.config()).isEqualTo(made.config());
        assertThat(base.with(read).logits(IDS)).isDeepEqualTo(base.with(made).logits(IDS));
    }

    @Test
    void loftqStartsNearerToTheFullBase() {
        PeftModel base = peft.load(BASE);
        float[][] full = base.with().logits(IDS);
        float[][] plain = base.with(base.installYaml("{name: qlora, lora: {target-modules: all-linear}}", 1))
                .logits(IDS);
        float[][] loftq = base.with(
                        base.installYaml("{name: qlora, init: loftq, lora: {rank: 16, target-modules: all-linear}}", 1))
                .logits(IDS);
        assertThat(distance(full, loftq)).isLessThan(0.8 * distance(full, plain));
    }

    @Test
    void loftqNeedsTheFullBase() {
        PeftModel stored = peft.load(quantized("nf4"));
        assertCode("method-does-not-fit", "quantized", () -> stored.installYaml("{name: qlora, init: loftq}", 1));
    }

    @Test
    void whatCannotBeQuantizedOrReadIsExplained() {
        Path nf4 = quantized("nf4");
        assertCode(
                "not-quantizable",
                "already",
                () -> QuantizedWeights.write(
                        peft.load(nf4).base(),
                        peft.codecs().codec("nf4"),
                        directory.resolve("x"),
                        CheckpointWriter.Existing.KEEP));
        assertCode("unknown-codec", "fp4, int8, nf4", () -> peft.load(BASE, "nf5"));
        damage(nf4, "layers.1.mlp.up_proj.weight.absmax");
        assertCode("broken-quantization", "layers.1.mlp.up_proj", () -> peft.load(nf4));
        damage(nf4, "layers.0.mlp.up_proj.weight.quant_state");
        assertCode("unknown-quantization", "Installed codecs: fp4, int8, nf4", () -> peft.load(nf4));
    }

    private static void damage(Path directory, String tensor) {
        Checkpoint checkpoint = Checkpoint.open(directory);
        List<TensorSource> rest = new ArrayList<>();
        for (String name : checkpoint.names()) {
            if (!name.contains(tensor)) {
                rest.add(TensorSource.copyOf(checkpoint, name, name));
            }
        }
        SafetensorsWriter.write(directory.resolve("model.safetensors"), rest, SafetensorsWriter.Options.defaults());
    }

    private static void assertCode(
            String code, String message, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PeftException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }

    private static double distance(float[][] a, float[][] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[i].length; j++) {
                sum += Math.pow(a[i][j] - b[i][j], 2);
            }
        }
        return sum;
    }
}
