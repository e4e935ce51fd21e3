package org.peft4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peft4j.checkpoint.Fixtures.assertError;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTests {
    private static final SafetensorsWriter.Options DEFAULTS = SafetensorsWriter.Options.defaults();

    @TempDir
    Path home;

    private Path directory;

    @BeforeEach
    void prepare() throws IOException {
        directory = Files.createDirectory(home.resolve("base"));
        Files.writeString(directory.resolve("config.json"), Fixtures.CONFIG);
    }

    private static TensorSource tensor(String name, float value) {
        return TensorSource.of(name, new float[] {value, value}, 2);
    }

    private void shards(String index) throws IOException {
        SafetensorsWriter.write(directory.resolve("model-1.safetensors"), List.of(tensor("a", 1)), DEFAULTS);
        SafetensorsWriter.write(
                directory.resolve("model-2.safetensors"), List.of(tensor("b", 2), tensor("c", 3)), DEFAULTS);
        Files.writeString(directory.resolve("model.safetensors.index.json"), index);
    }

    private List<String> namesIn(Path place) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aShardedCheckpointReadsLikeOneFile() throws IOException {
        shards("{\"metadata\": {}, \"weight_map\": {\"b\": \"model-2.safetensors\", \"a\": \"model-1.safetensors\","
                + " \"c\": \"model-2.safetensors\"}}");
        Checkpoint checkpoint = Checkpoint.open(directory);
        assertThat(checkpoint.names()).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(checkpoint.floats("a")).containsExactly(1, 1);
        assertThat(checkpoint.floats("c")).containsExactly(3, 3);
        assertThat(checkpoint.bytes("b").getFloat()).isEqualTo(2);
        assertThat(checkpoint.requireTensor("b", 2).dtype()).isEqualTo(DType.F32);
        assertThat(checkpoint.files()).hasSize(2);
        assertThat(checkpoint.config().layers()).isEqualTo(1);
        assertError("missing-tensor", () -> checkpoint.entry("d")).contains("base", "a");
    }

    @Test
    void aBadIndexIsExplained() throws IOException {
        shards("{\"weight_map\": {\"a\": \"model-3.safetensors\"}}");
        assertError("missing-shard", () -> Checkpoint.open(directory)).contains("model-3.safetensors");
        shards("{\"weight_map\": {\"z\": \"model-1.safetensors\"}}");
        assertError("bad-index", () -> Checkpoint.open(directory)).contains("z", "model-1.safetensors");
        shards("{\"weight_map\": {\"a\": \"../secret.safetensors\"}}");
        assertError("bad-index", () -> Checkpoint.open(directory)).contains("../secret");
        shards("{}");
        assertError("bad-index", () -> Checkpoint.open(directory)).contains("weight_map");
        shards("{\"weight_map\": ");
        assertError("bad-json", () -> Checkpoint.open(directory));
    }

    @Test
    void whatIsMissingIsSaid() throws IOException {
        assertError("no-such-directory", () -> Checkpoint.open(home.resolve("nowhere")))
                .contains("nowhere");
        assertError("not-a-directory", () -> Checkpoint.open(directory.resolve("config.json")));
        assertError("no-weights", () -> Checkpoint.open(directory)).contains("model.safetensors");
        Files.createFile(directory.resolve("pytorch_model.bin"));
        assertError("no-weights", () -> Checkpoint.open(directory)).contains("save_pretrained");
        Files.delete(directory.resolve("config.json"));
        assertError("no-config", () -> Checkpoint.open(directory));
        Files.createFile(directory.resolve("adapter_config.json"));
        assertError("no-config", () -> Checkpoint.open(directory)).contains("adapter");
    }

    @Test
    void aRealCheckpointIsOpened() {
        Checkpoint checkpoint = Checkpoint.open(Fixtures.shared("models/stories260K"));
        ModelConfig config = checkpoint.config();
        assertThat(config.tiedEmbeddings()).isTrue();
        checkpoint.requireTensor("model.embed_tokens.weight", config.vocabSize(), config.hiddenSize());
        checkpoint.requireTensor("model.layers.4.self_attn.k_proj.weight", config.keyValueWidth(), config.hiddenSize());
        assertThat(checkpoint.contains("lm_head.weight")).isFalse();
        assertThat(checkpoint.floats("model.norm.weight")).hasSize(64).doesNotContain(Float.NaN);
    }

    @Test
    void aWrittenCheckpointIsReadBackWithItsTokenizerFiles() throws IOException {
        Files.writeString(directory.resolve("tokenizer.json"), "{}");
        Path target = home.resolve("deep/new");
        ModelConfig config = ModelConfig.read(directory);
        CheckpointWriter.write(target, config, List.of(tensor("w", 4)), directory, CheckpointWriter.Existing.KEEP);
        assertThat(namesIn(target)).containsExactly("config.json", "model.safetensors", "tokenizer.json");
        assertThat(namesIn(target.getParent())).containsExactly("new");
        Checkpoint written = Checkpoint.open(target);
        assertThat(written.config()).isEqualTo(config);
        assertThat(written.floats("w")).containsExactly(4, 4);
        assertThat(target.resolve("config.json")).content().contains("\"torch_dtype\": \"float32\"");
    }

    @Test
    void anExistingCheckpointIsReplacedOnlyIfToldAndOnlyByAWholeOne() throws IOException {
        SafetensorsWriter.write(directory.resolve("model.safetensors"), List.of(tensor("w", 1)), DEFAULTS);
        Checkpoint base = Checkpoint.open(directory);
        Path target = home.resolve("made");
        CheckpointWriter.writeLike(target, base, List.of(tensor("w", 1)), CheckpointWriter.Existing.KEEP);
        List<TensorSource> bad = List.of(tensor("w", Float.NaN));
        assertError("exists", () -> CheckpointWriter.writeLike(target, base, bad, CheckpointWriter.Existing.KEEP));
        assertError(
                "non-finite-weights",
                () -> CheckpointWriter.writeLike(target, base, bad, CheckpointWriter.Existing.OVERWRITE));
        assertThat(Checkpoint.open(target).floats("w")).containsExactly(1, 1);
        assertThat(namesIn(home)).containsExactly("base", "made");
        CheckpointWriter.writeLike(target, base, List.of(tensor("w", 2)), CheckpointWriter.Existing.OVERWRITE);
        assertThat(Checkpoint.open(target).floats("w")).containsExactly(2, 2);
        assertThat(target.resolve("config.json")).hasContent(Fixtures.CONFIG);
        assertThat(namesIn(home)).containsExactly("base", "made");
    }

    @Test
    void overwritingLosesNeitherTheBaseNorFilesThatAreNotTheCheckpoints() throws IOException {
        SafetensorsWriter.write(directory.resolve("model.safetensors"), List.of(tensor("w", 1)), DEFAULTS);
        Checkpoint base = Checkpoint.open(directory);
        List<TensorSource> next = List.of(tensor("w", 2));
        Path sameByAnotherName = home.resolve("base/../base");
        assertError(
                "is-the-base",
                () -> CheckpointWriter.writeLike(sameByAnotherName, base, next, CheckpointWriter.Existing.OVERWRITE));
        Path target = home.resolve("made");
        CheckpointWriter.writeLike(target, base, List.of(tensor("w", 1)), CheckpointWriter.Existing.KEEP);
        Files.writeString(target.resolve("LICENSE"), "mine");
        assertError(
                        "other-files",
                        () -> CheckpointWriter.writeLike(target, base, next, CheckpointWriter.Existing.OVERWRITE))
                .contains("LICENSE");
        assertThat(target.resolve("LICENSE")).hasContent("mine");
        assertThat(Checkpoint.open(target).floats("w")).containsExactly(1, 1);
        assertThat(Checkpoint.open(directory).floats("w")).containsExactly(1, 1);
    }

    @Test
    void aDirectoryThatIsntACheckpointIsNeverOverwritten() throws IOException {
        Path precious = Files.createDirectories(home.resolve("precious/photos")).getParent();
        ModelConfig config = ModelConfig.read(directory);
        List<TensorSource> none = new ArrayList<>();
        assertError(
                "not-a-checkpoint",
                () -> CheckpointWriter.write(precious, config, none, directory, CheckpointWriter.Existing.OVERWRITE));
        Path file = Files.writeString(home.resolve("file"), "x");
        assertError(
                "exists",
                () -> CheckpointWriter.write(file, config, none, directory, CheckpointWriter.Existing.OVERWRITE));
        assertThat(precious.resolve("photos")).isDirectory();
        Path empty = Files.createDirectory(home.resolve("empty"));
        CheckpointWriter.write(empty, config, none, directory, CheckpointWriter.Existing.KEEP);
        assertThat(namesIn(empty)).contains("model.safetensors");
    }
}
