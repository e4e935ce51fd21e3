package org.peft4j.data;

import java.util.List;
import java.util.Set;
import org.peft4j.checkpoint.ChatMessage;
import org.peft4j.checkpoint.TextTokenizer;

/** What data needs of a tokenizer. */
public interface Tokenizing {
    /** A checkpoint's tokenizer; sequences begin with its begin token only where the model was trained that way. */
    static Tokenizing of(TextTokenizer tokenizer) {
        return new CheckpointTokenizing(tokenizer);
    }

    /** The ids of a text, without any special token added. */
    int[] encode(String text);

    /** The text of ids, special tokens by name. */
    String decode(int[] ids);

    /** The id every sequence begins with; -1 if there is none. */
    int bosId();

    /** The ids that end a sequence, the one that training writes first. */
    Set<Integer> eosIds();

    /** The id that is written at a sequence's end: the first of {@link #eosIds}, -1 if there is none. */
    default int eosId() {
        return eosIds().stream().findFirst().orElse(-1);
    }

    /** Whether {@link #chat} is there. */
    boolean hasChatTemplate();

    /**
     * A conversation in the form the model was made for.
     *
     * @param addGenerationPrompt whether to end with what the assistant's answer follows
     */
    String chat(List<ChatMessage> messages, boolean addGenerationPrompt);
}
