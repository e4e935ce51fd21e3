package org.peft4j.checkpoint;

import com.fasterxml.jackson.core.type.TypeReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.peft4j.api.PeftException;

/**
 * An adapter directory as HuggingFace peft writes it: {@code adapter_config.json} and
 * {@code adapter_model.safetensors}.
 *
 * @param directory where they are
 * @param config {@code adapter_config.json}: values are null, Boolean, Integer, Long, BigInteger, Double, String, List
 *     or Map. Unmodifiable.
 * @param tensors the weights
 */
public record AdapterFiles(Path directory, Map<String, Object> config, SafetensorsFile tensors) {
    /** Name of the configuration file. */
    public static final String CONFIG = "adapter_config.json";

    /** Name of the weights file. */
    public static final String WEIGHTS = "adapter_model.safetensors";

    private static final TypeReference<LinkedHashMap<String, Object>> MAP = new TypeReference<>() {};

    /** Keeps an unmodifiable copy of the configuration. */
    public AdapterFiles {
        config = Collections.unmodifiableMap(new LinkedHashMap<>(config)); // Map.copyOf refuses null values
    }

    /**
     * Reads an adapter. Where a program was killed while it replaced one, that is the earlier one.
     *
     * @throws PeftException {@code no-such-directory}; {@code not-an-adapter} saying what is there instead;
     *     {@code bad-json}; {@code no-weights}; and what {@link SafetensorsFile#open} throws
     */
    public static AdapterFiles read(Path directory) {
        Checkpoint.requireDirectory(directory, "adapter");
        Path config = directory.resolve(CONFIG);
        Path weights = directory.resolve(WEIGHTS);
        if (StagedFile.unfinished(List.of(weights, config))) {
            return read(directory, StagedFile.earlier(config), StagedFile.earlier(weights));
        }
        if (Files.notExists(config)) {
            throw notAnAdapter(directory);
        }
        if (Files.notExists(weights)) {
            boolean pickled = Files.exists(directory.resolve("adapter_model.bin"));
            throw PeftException.of(
                    "no-weights",
                    pickled
                            ? "The adapter in " + directory + " is only there as adapter_model.bin, a pickle file."
                            : "There is no " + WEIGHTS + " in " + directory + ".",
                    pickled
                            ? "Convert it: load it in HuggingFace peft, then save_pretrained(DIRECTORY)."
                            : "Copy the adapter again; it needs both files.");
        }
        return read(directory, config, weights);
    }

    private static AdapterFiles read(Path directory, Path config, Path weights) {
        Map<String, Object> map = Json.MAPPER.convertValue(Json.object(config), MAP);
        return new AdapterFiles(directory, map, SafetensorsFile.open(weights));
    }

    private static PeftException notAnAdapter(Path directory) {
        if (Files.exists(directory.resolve("config.json"))) {
            return PeftException.of(
                    "not-an-adapter",
                    directory + " holds a model, not an adapter: there is no " + CONFIG + ".",
                    "Give it as the base model.");
        }
        return PeftException.of(
                "not-an-adapter",
                "There is no " + CONFIG + " in " + directory + ".",
                "Give the directory that holds it." + Nearby.below(directory, CONFIG, "Adapters")
                        + Nearby.below(directory, "config.json", "Models"));
    }

    /**
     * Writes an adapter. Both files are complete on disk before either replaces an older one; either both do, or none.
     *
     * @param directory made if it isn't there
     * @param config written as Python's {@code json.dumps(config, indent=2, sort_keys=True)} would
     * @param tensors the weights; F32 in adapters of HuggingFace peft
     * @throws PeftException {@code cannot-write}, {@code duplicate-tensor}; {@code non-finite-weights} if one is NaN
     *     or infinite. An adapter that was there is unchanged then.
     */
    public static void write(Path directory, Map<String, Object> config, List<TensorSource> tensors) {
        String json = PythonJson.sorted(config);
        SafetensorsWriter.Options options = SafetensorsWriter.Options.defaults().refusingNonFinite();
        try (StagedFile weights = SafetensorsWriter.stage(directory.resolve(WEIGHTS), tensors, options);
                StagedFile settings = StagedFile.write(
                        directory.resolve(CONFIG), channel -> StagedFile.drain(channel, StagedFile.bytes(json)))) {
            StagedFile.commitAll(List.of(weights, settings));
        }
    }
}
