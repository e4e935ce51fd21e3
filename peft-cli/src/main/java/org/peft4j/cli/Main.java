package org.peft4j.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.peft4j.api.PeftException;
import org.peft4j.engine.Engine;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The program {@code peft}. */
public final class Main {
    /** All went well. */
    public static final int OK = 0;
    /** A defect of the program; a report of it is in a log file. */
    public static final int DEFECT = 1;
    /** Something the user gave is wrong; the message says what. */
    public static final int USER_ERROR = 2;
    /** Stopped by SIGINT; what had been learned is saved. */
    public static final int INTERRUPTED = 130;
    /** Stopped by SIGTERM; what had been learned is saved. */
    public static final int TERMINATED = 143;

    /** Commands that need the engine, whatever their options. */
    private static final Set<String> COMPUTING = Set.of("train", "eval", "generate", "bench", "logits");

    private Main() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        if (args.length > 1 && COMPUTING.contains(args[0]) || args.length == 1 && args[0].equals("train")) {
            Engine.prepare();
        }
        int code = run(args, Screen.ofProcess());
        System.out.flush();
        // Native libraries' threads would keep the process, and their shutdown hooks take time.
        System.exit(code);
    }

    /**
     * Runs a command within this process, as if no one watched: no colours, no progress bar.
     *
     * @return 0, or one of {@link #DEFECT}, {@link #USER_ERROR}, {@link #INTERRUPTED}, {@link #TERMINATED}
     */
    public static int run(String[] args, PrintStream out, PrintStream err) {
        return run(args, Screen.plain(out, err));
    }

    static int run(String[] args, Screen screen) {
        CommandLine line = commandLine(screen);
        Failures failures = new Failures(screen, args);
        line.setParameterExceptionHandler(failures::usage);
        line.setExecutionExceptionHandler((e, l, parsed) -> failures.report(e));
        try {
            return line.execute(args);
        } catch (PeftException | Error e) { // picocli hands over exceptions only
            return failures.report(e);
        } finally {
            screen.out().flush();
            screen.err().flush();
        }
    }

    static CommandLine commandLine(Screen screen) {
        CommandLine line = new CommandLine(new PeftCommand(screen));
        line.setOut(new PrintWriter(screen.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(screen.err(), true, StandardCharsets.UTF_8));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(screen.outAnsi() ? Ansi.ON : Ansi.OFF));
        line.setUsageHelpWidth(Math.min(120, Math.max(80, screen.width())));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setAbbreviatedOptionsAllowed(false);
        return line;
    }
}
