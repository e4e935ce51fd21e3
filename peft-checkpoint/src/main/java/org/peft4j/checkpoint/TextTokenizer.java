package org.peft4j.checkpoint;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.peft4j.api.PeftException;

/**
 * A checkpoint's tokenizer: text to token ids and back, exactly as HuggingFace's {@code tokenizers} library does, for it
 * is that library. Nothing is downloaded. Safe for use by several threads.
 */
public final class TextTokenizer {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Path directory;
    private final HuggingFaceTokenizer tokenizer;
    private final TokenizerFile vocabulary;
    private final Map<String, String> specialTokens;
    private final int bosId;
    private final Set<Integer> eosIds;
    private final boolean addsBos;
    private final Optional<ChatTemplate> chatTemplate;

    private TextTokenizer(Path directory, Path file) {
        this.directory = directory;
        this.vocabulary = TokenizerFile.read(file);
        TokenizerSettings settings = new TokenizerSettings(directory);
        this.specialTokens = settings.specialTokens();
        this.bosId = settings.bosId(vocabulary);
        this.eosIds = Collections.unmodifiableSet(settings.eosIds(vocabulary));
        this.addsBos = settings.addsBos(vocabulary);
        this.chatTemplate = settings.chatTemplate();
        this.tokenizer = load(file);
        CLEANER.register(this, tokenizer::close); // the native side isn't the garbage collector's
    }

    /**
     * Loads the tokenizer of a checkpoint.
     *
     * @param directory holds tokenizer.json and, where the model has them, tokenizer_config.json,
     *     special_tokens_map.json, generation_config.json, config.json and chat_template.jinja
     * @throws PeftException {@code no-tokenizer}; {@code bad-tokenizer}, {@code bad-json}, {@code unreadable-file};
     *     {@code bad-chat-template}; {@code no-native-tokenizer} if the library doesn't support this machine
     */
    public static TextTokenizer open(Path directory) {
        Checkpoint.requireDirectory(directory, "checkpoint");
        Path file = directory.resolve("tokenizer.json");
        if (Files.notExists(file)) {
            boolean sentencePiece = Files.exists(directory.resolve("tokenizer.model"));
            throw PeftException.of(
                    "no-tokenizer",
                    "There is no tokenizer.json in " + directory + (sentencePiece ? ", only a tokenizer.model." : "."),
                    sentencePiece
                            ? "Convert it: load the tokenizer in transformers, then save_pretrained(DIRECTORY)."
                            : "Download the model's tokenizer.json into the directory.");
        }
        return new TextTokenizer(directory, file);
    }

    private static HuggingFaceTokenizer load(Path file) {
        // The library otherwise calls home when it is first used and looks for a GPU.
        setUnlessSet("ai.djl.offline", "true");
        setUnlessSet("RUST_FLAVOR", "cpu");
        try {
            return HuggingFaceTokenizer.newInstance(
                    file, Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
        } catch (IOException e) {
            throw Json.unreadable(file, e);
        } catch (LinkageError | IllegalStateException e) {
            throw PeftException.of(
                    "no-native-tokenizer",
                    "The tokenizer library can't be loaded on " + System.getProperty("os.name") + " "
                            + System.getProperty("os.arch") + ": " + e.getMessage(),
                    "It supports Linux (x86-64, arm64), macOS (arm64) and Windows (x86-64).",
                    e);
        } catch (RuntimeException e) { // how the native library reports a file it can't use
            throw PeftException.of(
                    "bad-tokenizer",
                    file + " isn't a usable tokenizer: " + e.getMessage(),
                    "Download the file again; a very new one may need a newer version of this program.",
                    e);
        }
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /**
     * Token ids of a text, nothing added. Special tokens that occur in the text by name, such as those a chat template
     * writes, become their ids.
     */
    public int[] encode(String text) {
        return Arrays.stream(tokenizer.encode(text, false, false).getIds())
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    /** The ids of a text as the model was trained to see them: with the begin token where it wants one and has none yet. */
    public int[] encodeFromBegin(String text) {
        int[] ids = encode(text);
        if (!addsBos || bosId < 0 || (ids.length > 0 && ids[0] == bosId)) {
            return ids;
        }
        int[] all = new int[ids.length + 1];
        all[0] = bosId;
        System.arraycopy(ids, 0, all, 1, ids.length);
        return all;
    }

    /**
     * The text of what follows a prompt. By itself it would lose the blank it starts with, and characters whose bytes are spread
     * over several tokens.
     *
     * @param prompt ids
     * @param made ids that follow them
     */
    public String continuation(int[] prompt, int[] made) {
        int[] all = Arrays.copyOf(prompt, prompt.length + made.length);
        System.arraycopy(made, 0, all, prompt.length, made.length);
        String head = decode(prompt);
        String whole = decode(all);
        return whole.startsWith(head) ? whole.substring(head.length()) : decode(made);
    }

    /** The text of token ids, special tokens left out. Ids outside the vocabulary count for nothing. */
    public String decode(int[] ids) {
        return decode(ids, false);
    }

    /**
     * The text of token ids.
     *
     * @param keepSpecial whether special tokens appear by name
     */
    public String decode(int[] ids, boolean keepSpecial) {
        return tokenizer.decode(Arrays.stream(ids).asLongStream().toArray(), !keepSpecial);
    }

    /** Id of the beginning-of-sequence token, -1 if the tokenizer has none. */
    public int bosId() {
        return bosId;
    }

    /** Ids that end a text: of generation_config.json, config.json and tokenizer_config.json together. */
    public Set<Integer> eosIds() {
        return eosIds;
    }

    /** Highest token id plus one; a model's embedding may have more rows. */
    public int vocabularySize() {
        return vocabulary.size();
    }

    /** A token as the vocabulary writes it, for example {@code ▁the}; empty if there is none of this id. */
    public String token(int id) {
        return vocabulary.token(id);
    }

    /**
     * Whether the model was trained with the beginning-of-sequence token before each text, as HuggingFace's tokenizer
     * adds it: tokenizer_config.json's {@code add_bos_token}; if that is silent, tokenizer.json's post-processor or the
     * habit of the Llama tokenizer class. {@link #encode} never adds it.
     */
    public boolean addsBos() {
        return addsBos;
    }

    /** Whether {@link #chat} works. */
    public boolean hasChatTemplate() {
        return chatTemplate.isPresent();
    }

    /**
     * Writes a conversation in the model's own format. Most templates write the beginning-of-sequence token themselves:
     * check for it before adding another.
     *
     * @param addGenerationPrompt whether the text ends with what introduces the assistant's next answer
     * @throws PeftException {@code no-chat-template}; {@code chat-refused} with the template's own words;
     *     {@code bad-chat-template} if it can't be evaluated
     */
    public String chat(List<ChatMessage> messages, boolean addGenerationPrompt) {
        return chatTemplate
                .orElseThrow(() -> PeftException.of(
                        "no-chat-template",
                        "The model in " + directory + " has no chat template.",
                        "Use data with prompt and completion, or a model made for chat."))
                .render(messages, addGenerationPrompt, specialTokens);
    }
}
