package org.peft4j.data;

import java.util.List;
import org.peft4j.checkpoint.ChatMessage;

/** The text of a row. */
public sealed interface RowText {
    /**
     * A prompt and what should follow it; trained on the completion only.
     *
     * @param prompt may be empty
     * @param completion as it follows the prompt, its leading space included
     */
    record Completion(String prompt, String completion) implements RowText {}

    /**
     * A conversation; trained on the assistant's turns only.
     *
     * @param messages the turns
     */
    record Chat(List<ChatMessage> messages) implements RowText {
        /** Copies the list. */
        public Chat {
            messages = List.copyOf(messages);
        }
    }

    /**
     * Running text; trained on all of it.
     *
     * @param text the text
     */
    record Plain(String text) implements RowText {}
}
