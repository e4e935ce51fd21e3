package org.peft4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.peft4j.api.ModelShape;
import org.peft4j.api.PeftException;
import org.peft4j.api.Targets;

/** The entries of adapter_config.json: peft's keys, nothing passed over in silence. */
class LoraFormatTests {
    private static final List<String> GENERAL = List.of(
            "auto_mapping",
            "base_model_name_or_path",
            "inference_mode",
            "peft_type",
            "peft_version",
            "revision",
            "task_type");
    private static final ModelShape TIED = Shapes.llama(true);
    private static final ModelShape UNTIED = Shapes.llama(false);
    private final LoraFormat format = new LoraFormat();

    @Test
    void defaultsAreWrittenAsPeftWritesThem() throws IOException {
        try (InputStream file = LoraFormatTests.class.getResourceAsStream("adapter_config.json")) {
            assertSame(LoraConfig.defaults(), parse(file.readAllBytes()));
        }
    }

    @Test
    void goldenAdapterIsReadAndWrittenBack() throws IOException {
        Path golden = Path.of("../../shared/golden/stories260K-lora_qv_r8/adapter_config.json");
        if (!Files.exists(golden)) {
            System.err.println("SKIPPED: " + golden + " is not there");
        }
        Assumptions.assumeTrue(Files.exists(golden));
        assertSame(LoraConfig.defaults(), parse(Files.readAllBytes(golden)));
    }

    private void assertSame(LoraConfig config, Map<String, Object> file) {
        assertThat(format.read(file, TIED)).isEqualTo(config);
        GENERAL.forEach(file::remove);
        assertThat(format.write(config, TIED)).isEqualTo(file);
    }

    @Test
    void everySettingSurvives() {
        LoraConfig config = LoraConfig.builder()
                .rank(4)
                .alpha(2.5)
                .dropout(0.1)
                .targetModules("q_proj", "up_proj")
                .excludeModules(Targets.parse(".*layers\\.3.*"))
                .layers(List.of(2, 3))
                .rankPattern(Map.of("up_proj", 2))
                .alphaPattern(Map.of("layers.2.self_attn.q_proj", 0.5))
                .rslora(true)
                .init(LoraInit.GAUSSIAN)
                .dora(true)
                .modulesToSave(List.of("lm_head"))
                .build();
        assertThat(format.read(format.write(config, UNTIED), UNTIED)).isEqualTo(config);
    }

    @Test
    void whatAFileExcludesMayBeMissingHere() {
        LoraConfig config = format.read(file("exclude_modules", List.of("vision_proj", "v_proj")), TIED);
        assertThat(config.excludeModules()).isEqualTo(Targets.of("v_proj"));
        assertThat(format.read(file("exclude_modules", ".*vision.*"), TIED).excludeModules())
                .isEqualTo(Targets.none());
    }

    @Test
    void allLinearIsWrittenExpanded() {
        LoraConfig config =
                LoraConfig.builder().targetModules(Targets.allLinear()).build();
        assertThat(format.write(config, TIED).get("target_modules"))
                .isEqualTo(List.of("down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"));
        assertThat(format.read(file("target_modules", "ALL-LINEAR"), TIED).targetModules())
                .isEqualTo(Targets.allLinear());
    }

    @Test
    void whatThisMethodDoesNotDoIsRefusedByName() {
        refused("bias", "all", TIED);
        refused("lora_bias", true, TIED);
        refused("use_qalora", true, TIED);
        refused("layer_replication", List.of(List.of(0, 4)), TIED);
        refused("trainable_token_indices", List.of(1), TIED);
        refused("alora_invocation_tokens", List.of(1), TIED);
        refused("target_parameters", List.of("w"), TIED);
        refused("init_lora_weights", "pissa", TIED);
        refused("layers_pattern", "blocks", TIED);
        refused("fan_in_fan_out", true, TIED);
        refused("loftq_config", Map.of("loftq_bits", 4), TIED);
        refused("something_new", 3, TIED);
        refused("modules_to_save", List.of("embed_tokens"), TIED);
        assertThat(format.read(file("something_new", Map.of()), TIED)).isEqualTo(LoraConfig.defaults());
    }

    @Test
    void wrongValuesAreNamed() {
        assertThatThrownBy(() -> format.read(file("r", "eight"), TIED))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("'r' is eight, not a whole number");
        assertThatThrownBy(() -> format.read(file("r", 0), TIED))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("rank is 0");
        assertThatThrownBy(() -> format.read(file("target_modules", "("), TIED))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("'(' is not a regular expression");
        Map<String, Object> file = file("r", null);
        assertThatThrownBy(() -> format.read(file, TIED))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("lacks 'r'");
    }

    @Test
    void startsThatLeaveTheBaseAloneAreAllOne() {
        for (Object start : List.of(true, false, "orthogonal")) {
            assertThat(format.read(file("init_lora_weights", start), TIED)).isEqualTo(LoraConfig.defaults());
        }
        assertThat(format.read(file("init_lora_weights", "gaussian"), TIED).init())
                .isEqualTo(LoraInit.GAUSSIAN);
    }

    @Test
    void patternsKeepTheirMeaningWhenTheFileIsSorted() {
        Map<String, Integer> patterns = new LinkedHashMap<>();
        patterns.put("v_proj", 2);
        patterns.put("[qv]_proj", 4);
        LoraConfig config = LoraConfig.builder().rankPattern(patterns).build();

        LoraConfig read = format.read(format.write(config, TIED), TIED);

        LoraSelection before = new LoraSelection(config);
        LoraSelection after = new LoraSelection(read);
        assertThat(after.sites(TIED))
                .isEqualTo(before.sites(TIED))
                .allSatisfy(site -> assertThat(after.rank(site)).isEqualTo(before.rank(site)));
    }

    @Test
    void modulesToSaveMeanTheSameToPeft() {
        // peft compares the text's end only: its "norm" is every norm, ours is the module of that name.
        LoraConfig config = LoraConfig.builder().modulesToSave(List.of("norm")).build();
        assertThat(format.write(config, TIED).get("modules_to_save")).isEqualTo(List.of("model.norm"));
        assertThat(format.read(file("modules_to_save", List.of("norm")), TIED).modulesToSave())
                .hasSize(11)
                .contains("model.norm", "model.layers.4.input_layernorm");

        LoraConfig tied =
                LoraConfig.builder().modulesToSave(List.of("embed_tokens")).build();
        assertThat(format.write(tied, TIED)).containsEntry("ensure_weight_tying", true);
        assertThat(format.write(tied, UNTIED)).containsEntry("ensure_weight_tying", false);
        assertThat(format.read(format.write(tied, TIED), TIED)).isEqualTo(tied);
    }

    private Map<String, Object> file(String key, Object value) {
        Map<String, Object> file = new HashMap<>(format.write(LoraConfig.defaults(), TIED));
        file.put(key, value);
        return file;
    }

    private void refused(String key, Object value, ModelShape model) {
        assertThatThrownBy(() -> format.read(file(key, value), model))
                .as(key)
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("'" + key + "' to " + value);
    }

    private static Map<String, Object> parse(byte[] json) throws IOException {
        return new ObjectMapper().readValue(json, new TypeReference<Map<String, Object>>() {});
    }
}
