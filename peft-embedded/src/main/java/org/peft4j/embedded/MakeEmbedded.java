package org.peft4j.embedded;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.peft4j.api.PeftException;

/**
 * Makes everything the embedded default needs but its weights: the corpus, the tokenizer and the other files of the
 * checkpoint, and the task's rows ({@code MakeEmbedded DIR [SEED] [MEGABYTES]}); afterwards the sums of all files that are
 * shipped ({@code MakeEmbedded manifest DIR}).
 */
public final class MakeEmbedded {
    /** The seed the files in this jar were made with. */
    public static final long SEED = 20261124L;

    static final int TRAIN_ROWS = 3000;
    static final int HELDOUT_ROWS = 200;

    private static final int TOKENIZER_DOCUMENTS = 20_000;
    private static final int HELDOUT_DOCUMENTS = 500;

    private MakeEmbedded() {}

    /**
     * Writes {@code corpus.jsonl}, {@code corpus-heldout.jsonl}, {@code task-train.jsonl}, {@code task-heldout.jsonl} and
     * {@code model/} into a directory.
     *
     * @param arguments the directory; the seed (default {@link #SEED}); the corpus's size in millions of characters
     *     (default 25)
     */
    public static void main(String[] arguments) {
        try {
            if (argument(arguments, 0, "").equals("manifest")) {
                manifest(Path.of(argument(arguments, 1, ".")));
                return;
            }
            Path directory = Path.of(argument(arguments, 0, "target/embedded"));
            long seed = number(argument(arguments, 1, Long.toString(SEED)), "seed");
            long characters = 1_000_000 * number(argument(arguments, 2, "25"), "size of the corpus");
            make(directory, seed, characters, System.out);
        } catch (PeftException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    /** Writes all files; says on {@code log} what was written. */
    static void make(Path directory, long seed, long characters, PrintStream log) {
        try {
            Files.createDirectories(directory.resolve("model"));
            for (Map.Entry<String, String> file : modelFiles(seed).entrySet()) {
                Files.writeString(directory.resolve("model").resolve(file.getKey()), file.getValue());
            }
            for (Map.Entry<String, String> file : taskFiles(seed).entrySet()) {
                Files.writeString(directory.resolve(file.getKey()), file.getValue());
            }
            corpus(directory, seed, characters, log);
        } catch (IOException e) {
            throw PeftException.of(
                    "write-failed",
                    "The embedded default's files can't be written to " + directory + ": " + e.getMessage(),
                    "Name a directory you may write to, with a gigabyte free.",
                    e);
        }
    }

    private static void manifest(Path directory) {
        try {
            Manifest.write(directory);
        } catch (IOException e) {
            throw PeftException.of(
                    "write-failed",
                    "The sums can't be written to " + directory + ": " + e,
                    "Name the resources' folder.",
                    e);
        }
    }

    /** The checkpoint's files without its weights. The tokenizer learns from the corpus's first documents. */
    static Map<String, String> modelFiles(long seed) {
        Corpus corpus = new Corpus(seed);
        BytePairs pairs = new BytePairs();
        for (int i = 0; i < TOKENIZER_DOCUMENTS; i++) {
            pairs.add(corpus.next());
        }
        pairs.learn(ModelFiles.VOCABULARY);
        return ModelFiles.of(pairs);
    }

    /** The task's rows as JSONL, by file name. */
    static Map<String, String> taskFiles(long seed) {
        Task task = new Task(seed + 2);
        List<TaskRow> train = task.trainingRows(TRAIN_ROWS);
        List<TaskRow> heldout = task.heldOutRows(HELDOUT_ROWS);
        return Map.of("task-train.jsonl", jsonl(train), "task-heldout.jsonl", jsonl(heldout));
    }

    private static void corpus(Path directory, long seed, long characters, PrintStream log) throws IOException {
        Corpus heldout = new Corpus(seed + 1);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < HELDOUT_DOCUMENTS; i++) {
            lines.add(JsonText.line(Map.of("text", heldout.next())));
        }
        Files.write(directory.resolve("corpus-heldout.jsonl"), lines);
        Corpus corpus = new Corpus(seed);
        long written = 0;
        long documents = 0;
        try (BufferedWriter out = Files.newBufferedWriter(directory.resolve("corpus.jsonl"), StandardCharsets.UTF_8)) {
            for (; written < characters; documents++) {
                String text = corpus.next();
                written += text.length();
                out.write(JsonText.line(Map.of("text", text)));
                out.write('\n');
            }
        }
        log.printf("%s: %,d documents, %,d characters%n", directory.resolve("corpus.jsonl"), documents, written);
    }

    private static String jsonl(List<TaskRow> rows) {
        StringBuilder out = new StringBuilder();
        rows.forEach(row -> out.append(row.json()).append('\n'));
        return out.toString();
    }

    private static String argument(String[] arguments, int index, String fallback) {
        return index < arguments.length ? arguments[index] : fallback;
    }

    private static long number(String text, String what) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw PeftException.of(
                    "bad-number", "The " + what + " is no whole number: " + text, "Write digits only.", e);
        }
    }
}
