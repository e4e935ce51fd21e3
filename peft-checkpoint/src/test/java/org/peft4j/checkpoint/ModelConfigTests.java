package org.peft4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peft4j.checkpoint.Fixtures.assertError;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelConfigTests {
    private static final String SHAPE = "\"hidden_size\": 64, \"num_hidden_layers\": 4, \"num_attention_heads\": 8,"
            + " \"intermediate_size\": 100, \"vocab_size\": 500";

    @TempDir
    Path directory;

    private ModelConfig read(String type, String more) throws IOException {
        return readJson("{\"model_type\": \"" + type + "\", " + SHAPE + (more.isEmpty() ? "" : ", " + more) + "}");
    }

    private ModelConfig readJson(String json) throws IOException {
        Files.writeString(directory.resolve("config.json"), json);
        return ModelConfig.read(directory);
    }

    @Test
    void llamaWithDefaults() throws IOException {
        ModelConfig config = read("llama", "");
        assertThat(config.architecture()).isEqualTo(Architecture.LLAMA);
        assertThat(config.kvHeads()).isEqualTo(8);
        assertThat(config.headDim()).isEqualTo(8);
        assertThat(config.maxPositions()).isEqualTo(2048);
        assertThat(config.rmsNormEps()).isEqualTo(1e-6);
        assertThat(config.ropeTheta()).isEqualTo(10_000);
        assertThat(config.ropeScaling()).isEqualTo(new RopeScaling.None());
        assertThat(config.qkvBias() || config.outputBias() || config.mlpBias() || config.tiedEmbeddings())
                .isFalse();
        assertThat(config.slidingWindow(0)).isZero();
        assertThat(config.eosTokenIds()).isEmpty();
    }

    @Test
    void whatIsStatedIsTaken() throws IOException {
        ModelConfig config = read(
                "llama",
                "\"num_key_value_heads\": 2, \"head_dim\": 16, \"rope_theta\": 500000, \"rms_norm_eps\": 1e-05,"
                        + " \"attention_bias\": true, \"mlp_bias\": true, \"tie_word_embeddings\": true,"
                        + " \"bos_token_id\": 1, \"eos_token_id\": [2, 7], \"sliding_window\": 9");
        assertThat(config.queryWidth()).isEqualTo(128);
        assertThat(config.keyValueWidth()).isEqualTo(32);
        assertThat(config.ropeTheta()).isEqualTo(500_000);
        assertThat(config.qkvBias() && config.outputBias() && config.mlpBias() && config.tiedEmbeddings())
                .isTrue();
        assertThat(config.bosTokenIds()).containsExactly(1);
        assertThat(config.eosTokenIds()).containsExactly(2, 7);
        assertThat(config.slidingWindow()).isZero();
    }

    @Test
    void qwen2HasBiasesOnQueryKeyAndValueAndAWindowOnlyIfUsed() throws IOException {
        ModelConfig plain = read("qwen2", "\"sliding_window\": 4096");
        assertThat(plain.qkvBias()).isTrue();
        assertThat(plain.outputBias()).isFalse();
        assertThat(plain.slidingWindow(3)).isZero();
        ModelConfig windowed =
                read("qwen2", "\"use_sliding_window\": true, \"sliding_window\": 16, \"max_window_layers\": 2");
        assertThat(List.of(windowed.slidingWindow(1), windowed.slidingWindow(2)))
                .containsExactly(0, 16);
    }

    @Test
    void mistralsWindowAndItsAbsence() throws IOException {
        assertThat(read("mistral", "").slidingWindow(0)).isEqualTo(4096);
        assertThat(read("mistral", "\"sliding_window\": null").slidingWindow(0)).isZero();
        assertThat(read("mistral", "\"sliding_window\": 128").slidingWindow(0)).isEqualTo(128);
    }

    @Test
    void ropeScalingInTheOldAndTheNewForm() throws IOException {
        String llama3 = "{\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 1.0,"
                + " \"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 8192";
        RopeScaling expected = new RopeScaling.Llama3(8, 1, 4, 8192);
        assertThat(read("llama", "\"rope_scaling\": " + llama3 + "}").ropeScaling())
                .isEqualTo(expected);
        ModelConfig modern = read("llama", "\"rope_parameters\": " + llama3 + ", \"rope_theta\": 250000.0}");
        assertThat(modern.ropeScaling()).isEqualTo(expected);
        assertThat(modern.ropeTheta()).isEqualTo(250_000);
        assertThat(read("llama", "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2}")
                        .ropeScaling())
                .isEqualTo(new RopeScaling.Linear(2));
        assertThat(read("llama", "\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 7}")
                        .ropeTheta())
                .isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            "rope_scaling": {"rope_type": "yarn", "factor": 4}          | yarn
            "rope_scaling": {"rope_type": "llama3", "factor": 4}        | low_freq_factor
            "rope_scaling": {"type": "linear"}                          | factor
            "rope_scaling": 5                                           | rope_scaling
            "rope_parameters": {"partial_rotary_factor": 0.5}           | partial_rotary_factor
            "hidden_act": "gelu"                                        | gelu
            "num_key_value_heads": 3                                    | num_key_value_heads
            "num_key_value_heads": 0                                    | num_key_value_heads
            "head_dim": 7                                               | head_dim
            "head_dim": -8                                              | head_dim
            "max_position_embeddings": 0                                | max_position_embeddings
            "max_position_embeddings": 99999999999                      | max_position_embeddings
            "rms_norm_eps": -1                                          | rms_norm_eps
            "rms_norm_eps": "small"                                     | rms_norm_eps
            "rope_theta": 0                                             | rope_theta
            "rope_theta": NaN                                           | rope_theta
            "tie_word_embeddings": 1                                    | tie_word_embeddings
            "eos_token_id": 500                                         | eos_token_id
            "eos_token_id": "two"                                       | eos_token_id
            "bos_token_id": -1                                          | bos_token_id
            """)
    void nonsenseIsRefusedNamingTheKeyAndTheFile(String more, String named) {
        assertError("bad-config", () -> read("llama", more)).contains(named, "config.json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size"})
    void whatMustBeThereIsMissedByName(String key) throws IOException {
        String without = SHAPE.replaceAll("\"" + key + "\": \\d+,? ?", "").replaceAll(", $", "");
        assertError("bad-config", () -> readJson("{\"model_type\": \"llama\", " + without + "}"))
                .contains("the key " + key + " is missing");
        String zero = SHAPE.replaceAll("\"" + key + "\": \\d+", "\"" + key + "\": 0");
        assertError("bad-config", () -> readJson("{\"model_type\": \"llama\", " + zero + "}"))
                .contains(key);
    }

    @Test
    void headsThatDontDivideTheWidthNeedAHeadDim() {
        assertError(
                        "bad-config",
                        () -> readJson("{\"model_type\": \"llama\", "
                                + SHAPE.replace("\"hidden_size\": 64", "\"hidden_size\": 63") + "}"))
                .contains("hidden_size", "head_dim");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model_type\": \"gpt2\"}",
                "{\"architectures\": [\"GPT2LMHeadModel\"]}",
                "{\"model_type\": \"llama\", \"architectures\": [\"LlamaForSequenceClassification\"]}",
                "{}"
            })
    void otherArchitecturesAreRefusedListingTheSupportedOnes(String json) {
        assertError("unknown-architecture", () -> readJson(json)).contains("llama, mistral, qwen2");
    }

    @Test
    void damagedJsonNamesTheLine() {
        assertError("bad-json", () -> readJson("{\n\"a\": 1,,\n}")).contains("config.json", "line 2");
        assertError("bad-json", () -> readJson("[]"));
        assertError("bad-json", () -> readJson(""));
    }

    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        for (String scaling : List.of(
                "null",
                "{\"type\": \"linear\", \"factor\": 2}",
                "{\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 1, \"high_freq_factor\": 4,"
                        + " \"original_max_position_embeddings\": 64}")) {
            for (String type : List.of("llama", "mistral", "qwen2")) {
                ModelConfig config = read(
                        type,
                        "\"num_key_value_heads\": 4, \"use_sliding_window\": true, \"sliding_window\": 5,"
                                + " \"max_window_layers\": 1, \"eos_token_id\": [2, 3], \"attention_bias\": true,"
                                + " \"rope_scaling\": " + scaling);
                assertThat(readJson(PythonJson.write(config.toJson(DType.BF16), false, true, 2)))
                        .isEqualTo(config);
            }
        }
    }
}
