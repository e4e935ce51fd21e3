package org.peft4j.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command reads and writes.
 *
 * @param in standard input
 * @param out for results
 * @param err for progress, warnings and errors
 * @param inTerminal whether a person types the input
 * @param outTerminal whether a person sees the results as they come
 * @param errTerminal whether a person sees the progress as it comes
 * @param colour whether escape codes may be written to terminals
 * @param width of the terminal in characters
 */
record Screen(
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean inTerminal,
        boolean outTerminal,
        boolean errTerminal,
        boolean colour,
        int width) {
    private static final int USUAL_WIDTH = 100;

    /** The process's own, by what the launcher found out about it. */
    static Screen ofProcess() {
        boolean console = System.getProperty("peft.stdout") == null && System.console() != null;
        boolean colour = System.getenv("NO_COLOR") == null && !"dumb".equals(System.getenv("TERM"));
        return new Screen(
                System.in,
                new PrintStream(System.out, true, StandardCharsets.UTF_8),
                new PrintStream(System.err, true, StandardCharsets.UTF_8),
                console || terminal("peft.stdin"),
                console || terminal("peft.stdout"),
                console || terminal("peft.stderr"),
                colour,
                Math.max(40, Integer.getInteger("peft.columns", USUAL_WIDTH)));
    }

    private static boolean terminal(String property) {
        return "terminal".equals(System.getProperty(property));
    }

    /** Streams that nobody watches. */
    static Screen plain(PrintStream out, PrintStream err) {
        return new Screen(InputStream.nullInputStream(), out, err, false, false, false, false, USUAL_WIDTH);
    }

    /** The same with results among the messages, for commands whose standard output is for machines. */
    Screen resultsToErr() {
        return new Screen(in, err, err, inTerminal, errTerminal, errTerminal, colour, width);
    }

    boolean outAnsi() {
        return colour && outTerminal;
    }

    boolean errAnsi() {
        return colour && errTerminal;
    }

    /** A heading on {@link #out}. */
    String bold(String text) {
        return outAnsi() ? "\u001b[1m" + text + "\u001b[0m" : text;
    }

    /** Something of less weight on {@link #out}. */
    String dim(String text) {
        return outAnsi() ? "\u001b[2m" + text + "\u001b[0m" : text;
    }

    /** The word that starts an error message on {@link #err}. */
    String red(String text) {
        return errAnsi() ? "\u001b[1;31m" + text + "\u001b[0m" : text;
    }

    /** A warning, on {@link #err}. */
    void warn(String text) {
        err.println((errAnsi() ? "\u001b[33mwarning:\u001b[0m " : "warning: ") + text);
    }
}
