package org.peft4j.prefix;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** The entries of a small adapter_config.json, as HuggingFace peft 0.21 writes it. */
final class Files {
    private Files() {}

    static Map<String, Object> config() {
        try (InputStream file = Files.class.getResourceAsStream("adapter_config.json")) {
            return new ObjectMapper().readValue(file, new TypeReference<Map<String, Object>>() {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Without the entries that belong to the core. */
    static Map<String, Object> own() {
        Map<String, Object> entries = config();
        entries.keySet()
                .removeAll(List.of(
                        "auto_mapping",
                        "base_model_name_or_path",
                        "inference_mode",
                        "peft_type",
                        "peft_version",
                        "revision",
                        "task_type"));
        return entries;
    }
}
