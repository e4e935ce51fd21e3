package org.peft4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peft4j.checkpoint.TextTokenizer;

class SharedDataTests {
    @Test
    void readsPromptAndCompletionRows() {
        Dataset train = read("data/e2e/train.jsonl");
        assertThat(train.counts().rows()).isEqualTo(12_000);
        assertThat(train.warnings()).isEmpty();
        assertThat(read("data/e2e/valid.jsonl").counts().rows()).isEqualTo(500);
        Example first = train.examples().get(0);
        assertThat(first.row().fields()).containsKeys("prompt", "completion");
        assertThat(first.targetCount()).isEqualTo(((String) first.row().fields().get("completion")).length() + 1);
    }

    @Test
    void readsAlpacaRows() {
        Dataset data = read("data/instructions/instruction-data.json");
        assertThat(data.counts().rows()).isEqualTo(1100);
        assertThat(data.examples()).hasSize(1100);
        assertThat(((RowText.Completion) data.examples().get(2).row().text()).prompt())
                .endsWith("### Instruction:\nConvert 45 kilometers to meters.\n\n### Response:\n");
    }

    /** The expected values are those of bench/hf_train.py's rows() with the tokenizers library: count, tokens, ids. */
    @ParameterizedTest
    @CsvSource({
        "train, 256, 11996, 1733464, 807810, 2a1181c1e7fe002fecca7da5455a30f97cbe88eacc90c7829502f9a092514b31",
        "train, 512, 12000, 1734559, 808441, 6b0491efd6f98bb14c8a4622442b0f598d6a3d2542db6e72752b81722fccb021",
        "valid, 128, 119, 11739, 5558, 980725480d3d59dfc1ef1dd580e00004348a6e6471b7ef2fb935591be99d697d",
    })
    void makesTheSequencesOfTheReferenceTraining(
            String name, int length, int count, long tokens, long targets, String sha256) throws Exception {
        Tokenizing tokenizer = Tokenizing.of(TextTokenizer.open(shared().resolve("models/stories260K")));
        DataFile file = DataFile.of(shared().resolve("data/e2e/" + name + ".jsonl"));
        Dataset data = Dataset.read(file, tokenizer, DataSettings.upTo(length));
        assertThat(data.examples()).hasSize(count);
        assertThat(data.counts().skipped()).isEqualTo(data.counts().rows() - count);
        assertThat(data.counts().tokens()).isEqualTo(tokens);
        assertThat(data.counts().targetTokens()).isEqualTo(targets);

        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Example e : data.examples()) {
            ByteBuffer ids = ByteBuffer.allocate(Integer.BYTES * (e.length() + 1));
            IntStream.of(e.tokens()).forEach(ids::putInt);
            digest.update(ids.putInt(-e.promptTokens().length).array());
        }
        assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(sha256);
        assertThat(data.preview(1, tokenizer, PreviewStyle.plain()))
                .contains("masked  | <BOS>name[")
                .contains("<EOS>\n");
    }

    private static Dataset read(String name) {
        Path shared = shared();
        return Dataset.read(DataFile.of(shared.resolve(name)), CharacterTokenizer.plain(), DataSettings.upTo(100_000));
    }

    /** The folder beside the repository, wherever the tests are started. */
    static Path shared() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path shared = at.resolveSibling("shared");
            if (Files.isDirectory(shared.resolve("data")) && Files.isDirectory(at.resolve("peft-api"))) {
                return shared;
            }
        }
        System.err.println("SKIPPED: ../shared is not there, so its data files are not read");
        Assumptions.abort("SKIPPED: ../shared is not there");
        throw new AssertionError();
    }
}
