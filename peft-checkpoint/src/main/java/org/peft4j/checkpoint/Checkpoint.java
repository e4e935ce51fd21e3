package org.peft4j.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.peft4j.api.PeftException;

/** A HuggingFace checkpoint directory: configuration, weights in one or several safetensors files, tokenizer. */
public final class Checkpoint implements Tensors {
    private static final String INDEX = "model.safetensors.index.json";

    private final Path directory;
    private final ModelConfig config;
    private final List<Path> files = new ArrayList<>();
    private final Map<String, SafetensorsFile> homes = new LinkedHashMap<>();
    private TextTokenizer tokenizer;

    private Checkpoint(Path directory) {
        this.directory = directory;
        this.config = ModelConfig.read(directory);
        Path index = directory.resolve(INDEX);
        Path single = directory.resolve("model.safetensors");
        if (Files.exists(single)) {
            add(single);
        } else if (Files.exists(index)) {
            addShards(index);
        } else {
            throw noWeights();
        }
        if (config.layers() > homes.size()) { // whoever lists what the layers should have would not come to an end
            throw PeftException.of(
                    "bad-config",
                    directory.resolve("config.json") + ": num_hidden_layers is " + config.layers()
                            + ", but the weights have only " + homes.size() + " tensors.",
                    "Correct the file or use another checkpoint.");
        }
    }

    /**
     * Opens a checkpoint: reads its configuration and its weights' headers.
     *
     * @param directory holds config.json and model.safetensors or model.safetensors.index.json with its shards
     * @throws PeftException {@code no-such-directory}; {@code no-config}; {@code no-weights}; {@code missing-shard};
     *     {@code bad-index}; and whatever {@link ModelConfig#read} and {@link SafetensorsFile#open} throw
     */
    public static Checkpoint open(Path directory) {
        requireDirectory(directory, "checkpoint");
        if (!Files.exists(directory.resolve("config.json"))) {
            boolean adapter = Files.exists(directory.resolve("adapter_config.json"));
            throw PeftException.of(
                    "no-config",
                    "There is no config.json in " + directory + (adapter ? "; it holds an adapter, not a model." : "."),
                    adapter
                            ? "Give the directory of the base model, and the adapter separately."
                            : "Give a checkpoint directory as transformers' save_pretrained writes it."
                                    + Nearby.below(directory, "config.json", "Models"));
        }
        return new Checkpoint(directory);
    }

    static void requireDirectory(Path directory, String what) {
        if (Files.notExists(directory)) {
            throw PeftException.of(
                    "no-such-directory",
                    "The " + what + " directory " + directory + " doesn't exist (seen from "
                            + Path.of("").toAbsolutePath() + ").",
                    "Check the path. Nothing is downloaded by name." + beingReplaced(directory));
        }
        if (!Files.isDirectory(directory)) {
            throw PeftException.of(
                    "not-a-directory",
                    directory + " is a file; a " + what + " is a directory.",
                    "Give the directory that holds the file.");
        }
    }

    /** A writer that was killed between two renames leaves the earlier directory under another name. */
    private static String beingReplaced(Path directory) {
        Path name = directory.toAbsolutePath().normalize();
        if (name.getFileName() == null || Files.notExists(StagedDirectory.replaced(name))) {
            return "";
        }
        return "\nA program that was replacing it was killed: the earlier one is whole, in "
                + StagedDirectory.replaced(name) + "; rename it.";
    }

    private PeftException noWeights() {
        boolean pickled = Files.exists(directory.resolve("pytorch_model.bin"))
                || Files.exists(directory.resolve("pytorch_model.bin.index.json"));
        return PeftException.of(
                "no-weights",
                pickled
                        ? "The weights in " + directory + " are only there as pytorch_model.bin, a pickle file."
                        : "There is neither model.safetensors nor " + INDEX + " in " + directory + ".",
                pickled
                        ? "Convert them to safetensors: load the model in transformers, then save_pretrained(DIRECTORY)."
                        : "Download the model's .safetensors files into the directory.");
    }

    private void add(Path file) {
        SafetensorsFile tensors = SafetensorsFile.open(file);
        files.add(file);
        tensors.names().forEach(name -> homes.put(name, tensors));
    }

    private void addShards(Path index) {
        Map<String, SafetensorsFile> shards = new LinkedHashMap<>();
        shardOfTensor(index, Json.object(index)).forEach((tensor, file) -> {
            SafetensorsFile shard = shards.computeIfAbsent(file, this::openShard);
            if (!shard.contains(tensor)) {
                throw badIndex(index, "it says that tensor " + tensor + " is in " + file + ", which lacks it");
            }
            homes.put(tensor, shard);
        });
    }

    /** The file name of each tensor's shard, as an index says it. */
    static Map<String, String> shardOfTensor(Path index, JsonNode json) {
        JsonNode map = json.path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw badIndex(index, "it has no weight_map");
        }
        Map<String, String> shards = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String file = entry.getValue().asText("");
            // An index from anywhere mustn't lead out of the directory, nor to what no file can be called.
            if (!file.matches("[^/\\\\\\p{Cntrl}:*?\"<>|]{1,200}\\.safetensors")) {
                throw badIndex(index, "tensor " + entry.getKey() + " is in \"" + file + "\", not a file beside it");
            }
            shards.put(entry.getKey(), file);
        }
        return shards;
    }

    private SafetensorsFile openShard(String name) {
        Path file = directory.resolve(name);
        if (Files.notExists(file)) {
            throw PeftException.of(
                    "missing-shard",
                    "The file " + file + " is missing; " + INDEX + " says that a part of the weights is in it.",
                    "Download it into the directory.");
        }
        files.add(file);
        return SafetensorsFile.open(file);
    }

    private static PeftException badIndex(Path index, String why) {
        return PeftException.of(
                "bad-index", index + " is wrong: " + why + ".", "Download it and the shards it names again.");
    }

    /** The directory as given. */
    public Path directory() {
        return directory;
    }

    /** The directory as given. */
    @Override
    public Path source() {
        return directory;
    }

    /** The model's shape and constants. */
    public ModelConfig config() {
        return config;
    }

    /** The safetensors files the weights are in. */
    public List<Path> files() {
        return Collections.unmodifiableList(files);
    }

    /**
     * The checkpoint's tokenizer, loaded at the first call.
     *
     * @throws PeftException as {@link TextTokenizer#open} does
     */
    public synchronized TextTokenizer tokenizer() {
        if (tokenizer == null) {
            tokenizer = TextTokenizer.open(directory);
        }
        return tokenizer;
    }

    @Override
    public List<String> names() {
        return List.copyOf(homes.keySet());
    }

    @Override
    public boolean contains(String name) {
        return homes.containsKey(name);
    }

    @Override
    public TensorEntry entry(String name) {
        return home(name).entry(name);
    }

    @Override
    public ByteBuffer bytes(String name, long byteOffset, int length) {
        return home(name).bytes(name, byteOffset, length);
    }

    @Override
    public void copy(String name, long byteOffset, ByteBuffer into) {
        home(name).copy(name, byteOffset, into);
    }

    private SafetensorsFile home(String name) {
        return Optional.ofNullable(homes.get(name))
                .orElseThrow(() -> SafetensorsFile.missing(name, directory, names()));
    }
}
