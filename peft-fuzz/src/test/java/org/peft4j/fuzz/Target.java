package org.peft4j.fuzz;

import java.util.Arrays;
import java.util.Optional;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.CheckpointTargets;
import org.peft4j.data.DataTargets;
import org.peft4j.qlora.QuantizedTargets;
import org.peft4j.runtime.SettingsTargets;

/** Every parser of something that a stranger may have written. */
public enum Target {
    /** Header of a safetensors file. */
    SAFETENSORS_HEADER(CheckpointTargets::safetensorsHeader),
    /** A safetensors file. */
    SAFETENSORS_FILE(CheckpointTargets::safetensorsFile),
    /** config.json. */
    MODEL_CONFIG(CheckpointTargets::modelConfig),
    /** Index of shards. */
    SHARD_INDEX(CheckpointTargets::shardIndex),
    /** tokenizer.json. */
    TOKENIZER_FILE(CheckpointTargets::tokenizerFile),
    /** tokenizer_config.json and its like. */
    TOKENIZER_SETTINGS(CheckpointTargets::tokenizerSettings),
    /** A chat template. */
    CHAT_TEMPLATE(CheckpointTargets::chatTemplate),
    /** adapter_config.json. */
    ADAPTER_CONFIG(SettingsTargets::adapterConfig),
    /** Stored tensors of a quantized layer. */
    QUANTIZED_LAYER(QuantizedTargets::layer),
    /** A run's configuration. */
    YAML(SettingsTargets::yaml),
    /** A setting on the command line. */
    OVERRIDE(SettingsTargets::override),
    /** JSON one row a line. */
    JSON_LINES(DataTargets::jsonLines),
    /** One list of rows. */
    JSON_ARRAY(DataTargets::jsonArray),
    /** Running text. */
    TEXT(DataTargets::text);

    private final Parser parser;

    Target(Parser parser) {
        this.parser = parser;
    }

    /** What reads an input. */
    interface Parser {
        void read(byte[] input) throws Exception;
    }

    /** Reads an input; anything but a typed error is thrown on. */
    void run(byte[] input) throws Exception {
        try {
            parser.read(input);
        } catch (PeftException typed) {
            if (typed.code().isBlank() || typed.getMessage().isBlank()) {
                throw new AssertionError("an error without words", typed);
            }
        }
    }

    /** Its directory of inputs. */
    String directory() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    /** The fuzzer's entry: the property {@code peft.target} chooses one, else the first byte does. */
    public static final class Entry {
        private static final Optional<Target> CHOSEN =
                Optional.ofNullable(System.getProperty("peft.target")).map(Target::valueOf);

        private Entry() {}

        /** Called by Jazzer. */
        public static void fuzzerTestOneInput(byte[] input) throws Exception {
            if (CHOSEN.isPresent()) {
                CHOSEN.get().run(input);
            } else if (input.length > 0) {
                Target target = values()[(input[0] & 0xff) % values().length];
                target.run(Arrays.copyOfRange(input, 1, input.length));
            }
        }
    }
}
