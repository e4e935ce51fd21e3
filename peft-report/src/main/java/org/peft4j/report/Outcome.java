package org.peft4j.report;

/**
 * How a row, a run or a trial ended.
 *
 * @param status whether there are figures
 * @param reason why there are none, in one or two sentences for people; empty when all went well
 */
public record Outcome(Status status, String reason) {
    private static final Outcome OK = new Outcome(Status.OK, "");

    /** It ran to its end. */
    public static Outcome ok() {
        return OK;
    }

    /** It was started and did not reach its end. */
    public static Outcome failed(String reason) {
        return new Outcome(Status.FAILED, reason);
    }

    /** It was not started. */
    public static Outcome skipped(String reason) {
        return new Outcome(Status.SKIPPED, reason);
    }

    /** Whether it ran to its end. */
    public boolean isOk() {
        return status == Status.OK;
    }

    /** The three ways to end. */
    public enum Status {
        /** Ran to its end. */
        OK,
        /** Started, not finished. */
        FAILED,
        /** Not started. */
        SKIPPED
    }
}
