package org.peft4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.peft4j.api.PeftException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells the user what went wrong, and decides the exit code. */
final class Failures {
    private static final String STACKTRACE = "--stacktrace";

    private final Screen screen;
    private final List<String> args;

    Failures(Screen screen, String[] args) {
        this.screen = screen;
        this.args = Arrays.asList(args);
    }

    /** A command line that isn't one of ours. */
    int usage(ParameterException e, String[] ignored) {
        CommandLine line = e.getCommandLine();
        screen.err().println(screen.red("error: ") + plain(e));
        UnmatchedArgumentException.printSuggestions(e, line.getErr());
        screen.err().println("  Try '" + line.getCommandSpec().qualifiedName() + " --help'.");
        trace(e);
        return Main.USER_ERROR;
    }

    /** The parser's message without the names of Java's types. */
    private static String plain(ParameterException e) {
        boolean command = e.getCommandLine().getParent() == null
                && e instanceof UnmatchedArgumentException unmatched
                && !unmatched.isUnknownOption();
        if (command) {
            return "there is no command '"
                    + ((UnmatchedArgumentException) e).getUnmatched().get(0) + "'";
        }
        return e.getMessage()
                .replaceFirst("^Error: ", "")
                .replaceFirst(" is not an? (int|long|Integer|Long)$", " is not a whole number")
                .replaceFirst(" is not an? (double|float|Double)$", " is not a number");
    }

    /** Something thrown while a command ran. */
    int report(Throwable e) {
        if (e instanceof PeftException p) {
            screen.err().println(screen.red("error: ") + harmless(p.getMessage()) + code(p.code()));
            trace(e);
            return Main.USER_ERROR;
        }
        if (e instanceof OutOfMemoryError) {
            screen.err().println(screen.red("error: ") + "out of memory (" + e.getMessage() + ")");
            screen.err()
                    .println("  Use a smaller batch or shorter sequences, or give Java more: PEFT_JAVA_OPTS=-Xmx4g"
                            + code("out-of-memory"));
            trace(e);
            return Main.USER_ERROR;
        }
        defect(e);
        return Main.DEFECT;
    }

    /** A message may quote a file of anyone's: nothing in it drives the terminal. */
    private static String harmless(String message) {
        StringBuilder shown = new StringBuilder(message.length());
        message.codePoints().forEach(c -> {
            boolean control = Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
            if (control && c != '\n' && c != '\t') {
                shown.append(String.format("\\u%04x", c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.toString();
    }

    private static String code(String code) {
        return "\n  [" + code + "]";
    }

    private void trace(Throwable e) {
        if (args.contains(STACKTRACE)) {
            e.printStackTrace(screen.err());
        }
    }

    private void defect(Throwable e) {
        StringWriter text = new StringWriter();
        PrintWriter writer = new PrintWriter(text);
        writer.println("peft " + String.join(" ", args));
        writer.println("Java " + Runtime.version() + ", " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch"));
        e.printStackTrace(writer);
        writer.flush();
        screen.err().println(screen.red("error: ") + "this is a defect of peft, not of what you gave it: " + e);
        try {
            Path log = Files.createTempFile("peft-defect-", ".log");
            Files.writeString(log, text.toString());
            screen.err().println("  Please report it, with the file " + log + " (read it first: it has your paths).");
        } catch (IOException unwritable) {
            screen.err().println("  Please report it, with these lines:");
            screen.err().println(text);
        }
        trace(e);
    }
}
