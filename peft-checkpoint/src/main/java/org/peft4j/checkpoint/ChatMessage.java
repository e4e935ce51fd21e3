package org.peft4j.checkpoint;

import java.util.Objects;
import org.peft4j.api.PeftException;

/**
 * One turn of a conversation.
 *
 * @param role who speaks: {@code system}, {@code user}, {@code assistant} or what the model's template knows
 * @param content what is said; may be empty
 */
public record ChatMessage(String role, String content) {
    /** Refuses a blank role with {@code bad-chat-message}. */
    public ChatMessage {
        if (role.isBlank()) {
            throw PeftException.of(
                    "bad-chat-message", "A chat message has no role.", "Use \"system\", \"user\" or \"assistant\".");
        }
        Objects.requireNonNull(content, "content");
    }
}
