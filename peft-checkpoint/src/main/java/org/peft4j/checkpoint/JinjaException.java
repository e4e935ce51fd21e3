package org.peft4j.checkpoint;

import java.io.Serial;

/** A template is wrong or refuses its input; {@link ChatTemplate} turns it into an error for the user. */
final class JinjaException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final boolean raisedByTemplate;

    JinjaException(String message) {
        this(message, false);
    }

    JinjaException(String message, boolean raisedByTemplate) {
        super(message);
        this.raisedByTemplate = raisedByTemplate;
    }

    /** Whether the template itself said no, by {@code raise_exception}. */
    boolean raisedByTemplate() {
        return raisedByTemplate;
    }
}
