package org.peft4j.e2e;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;

/** Decides which of the operations that change files fails, and how. */
final class Faults {
    /** What happens at the chosen operation. */
    enum Kind {
        /** This operation fails; a write is done by half first. */
        ONCE,
        /** From here on nothing is written any more, though files can still be removed: the disk is full. */
        NO_SPACE,
        /** From here on nothing is allowed. */
        READ_ONLY,
        /** The program is dead: nothing happens any more. */
        KILLED
    }

    /** Stands for the death of the program. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("killed");
        }
    }

    private Kind kind = Kind.ONCE;
    private long at = Long.MAX_VALUE;
    private long seen;

    /** Chooses the operation, from 0; counting begins now. */
    void plan(Kind what, long operation) {
        kind = what;
        at = operation;
        seen = 0;
    }

    /** From now on all goes well. */
    void none() {
        plan(Kind.ONCE, Long.MAX_VALUE);
    }

    /** Operations since the plan was made. */
    long seen() {
        return seen;
    }

    /** An operation that takes space, or renames. */
    void before(Path path) throws IOException {
        long now = seen++;
        if (now == at || now > at && kind != Kind.ONCE) {
            fail(path);
        }
    }

    /** Removing a file, which a full disk allows. */
    void beforeRemoval(Path path) throws IOException {
        long now = seen++;
        if (now == at && kind != Kind.NO_SPACE || now > at && (kind == Kind.READ_ONLY || kind == Kind.KILLED)) {
            fail(path);
        }
    }

    private void fail(Path path) throws IOException {
        switch (kind) {
            case KILLED -> throw new Killed();
            case READ_ONLY -> throw new AccessDeniedException(path.toString());
            default -> throw new IOException("No space left on device");
        }
    }
}
