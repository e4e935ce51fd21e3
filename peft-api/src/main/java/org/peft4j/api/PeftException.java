package org.peft4j.api;

import java.io.Serial;

/**
 * An error a user can mend: it says what is wrong, where, and what to do about it.
 *
 * <p>Every error that bad input can cause is one of these; the command line prints its message without a stack trace
 * and ends with exit code 2. Anything else that is thrown is a defect of the program.
 */
public final class PeftException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String code;

    private PeftException(String code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /**
     * Creates an error.
     *
     * @param code stable identifier in lower-case-with-hyphens, the anchor of its entry in {@code docs/errors.md}
     * @param what what is wrong and where: file, line, key, tensor; one or more sentences
     * @param remedy what the user can do about it, one or more sentences
     */
    public static PeftException of(String code, String what, String remedy) {
        return new PeftException(code, join(what, remedy), null);
    }

    /** As {@link #of(String, String, String)}, keeping the exception that led here. */
    public static PeftException of(String code, String what, String remedy, Throwable cause) {
        return new PeftException(code, join(what, remedy), cause);
    }

    /** The stable identifier of this kind of error, for example {@code unknown-method}. */
    public String code() {
        return code;
    }

    private static String join(String what, String remedy) {
        return remedy.isBlank() ? what : what + "\n  " + remedy.replace("\n", "\n  ");
    }
}
