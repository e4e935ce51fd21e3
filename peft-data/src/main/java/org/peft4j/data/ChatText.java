package org.peft4j.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.ChatMessage;

/**
 * Conversations as text. With a model's chat template that template is law; without one a turn is a line
 * {@code role: content}, and the assistant's turns end with the end-of-sequence token:
 *
 * <pre>
 * user: What is 2 + 2?
 * assistant: 4&lt;/s&gt;
 * user: And 3 + 3?
 * assistant: 6&lt;/s&gt;
 * </pre>
 */
public final class ChatText {
    private static final String ASSISTANT = "assistant";

    private ChatText() {}

    /**
     * What a generation of the assistant's next turn starts from, in the form that training used.
     *
     * @param messages the turns so far
     */
    public static String prompt(Tokenizing tokenizer, List<ChatMessage> messages) {
        return tokenizer.hasChatTemplate() ? tokenizer.chat(messages, true) : plain(messages) + "assistant:";
    }

    /** A stretch of a conversation. */
    record Piece(String text, boolean answer) {}

    static boolean isAnswer(ChatMessage message) {
        return message.role().toLowerCase(Locale.ROOT).equals(ASSISTANT);
    }

    /** The conversation up to the assistant's last turn; what comes after it teaches nothing. */
    static List<Piece> pieces(Tokenizing tokenizer, List<ChatMessage> messages, Origin at) {
        try {
            return tokenizer.hasChatTemplate() ? byTemplate(tokenizer, messages, at) : plainPieces(messages);
        } catch (PeftException e) {
            throw e.code().equals("data-row")
                    ? e
                    : PeftException.of(e.code(), at + ": " + e.getMessage(), "Mend the row, or take it out.", e);
        }
    }

    private static List<Piece> byTemplate(Tokenizing tokenizer, List<ChatMessage> messages, Origin at) {
        List<Piece> pieces = new ArrayList<>();
        String done = "";
        for (int i = 0; i < messages.size(); i++) {
            if (!isAnswer(messages.get(i))) {
                continue;
            }
            String before = tokenizer.chat(messages.subList(0, i), true);
            String after = tokenizer.chat(messages.subList(0, i + 1), false);
            if (!before.startsWith(done) || !after.startsWith(before)) {
                throw DataProblems.row(
                        at,
                        "the model's chat template changes earlier turns when message " + (i + 1)
                                + " is added, so the answers can't be told from the rest",
                        "Give conversations of one answer, or prompt and completion rows.");
            }
            pieces.add(new Piece(before.substring(done.length()), false));
            pieces.add(new Piece(after.substring(before.length()), true));
            done = after;
        }
        return pieces;
    }

    private static List<Piece> plainPieces(List<ChatMessage> messages) {
        List<Piece> pieces = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < messages.size(); i++) {
            if (isAnswer(messages.get(i))) {
                String between = (from == 0 ? "" : "\n") + plain(messages.subList(from, i)) + "assistant:";
                pieces.add(new Piece(between, false));
                pieces.add(new Piece(" " + messages.get(i).content(), true));
                from = i + 1;
            }
        }
        return pieces;
    }

    private static String plain(List<ChatMessage> messages) {
        StringBuilder text = new StringBuilder();
        messages.forEach(
                m -> text.append(m.role()).append(": ").append(m.content()).append('\n'));
        return text.toString();
    }
}
