package org.peft4j.cli;

import java.util.Locale;
import org.peft4j.compare.ComparisonListener;
import org.peft4j.compare.ComparisonPlan;

/** Shows how a comparison goes: a line for each unit, and what the one under way does. */
final class CompareProgress implements ComparisonListener, AutoCloseable {
    private static final long LONGEST_SILENCE = 30_000_000_000L;
    private static final long INTERVAL = 200_000_000L;

    private final Screen screen;
    private final boolean quiet;
    private long last;
    private boolean lineOpen;

    CompareProgress(Screen screen, boolean quiet) {
        this.screen = screen;
        this.quiet = quiet;
    }

    @Override
    public void planned(ComparisonPlan plan) {
        clear();
        if (!quiet) {
            new PlanTable(screen).show(plan);
        }
    }

    @Override
    public void unitStarted(String what, double remainingSeconds) {
        last = System.nanoTime();
        if (!quiet && screen.errTerminal()) {
            over(what + ": starting" + left(remainingSeconds));
        }
    }

    @Override
    public void unitProgress(String what, String phase, long step, long steps, double loss, double remainingSeconds) {
        long now = System.nanoTime();
        boolean due = now - last > (screen.errTerminal() ? INTERVAL : LONGEST_SILENCE);
        if (quiet || !due) {
            return;
        }
        last = now;
        String at = steps > 0 ? " step " + step + "/" + steps : "";
        String now4 = Double.isFinite(loss) ? String.format(Locale.ROOT, ", loss %.4f", loss) : "";
        String line = what + ": " + phase + at + now4 + left(remainingSeconds);
        if (screen.errTerminal()) {
            over(line);
        } else {
            screen.err().println(line);
        }
    }

    @Override
    public void unitFinished(String what, String outcome, boolean earlier) {
        clear();
        if (!quiet) {
            screen.err().println(what + ": " + outcome + (earlier ? " (finished earlier)" : ""));
        }
    }

    private static String left(double seconds) {
        return Double.isFinite(seconds) ? ", about " + Text.time(seconds) + " left" : "";
    }

    /** Writes over the line that is open. */
    private void over(String line) {
        int width = Math.max(20, screen.width() - 1);
        String cut = line.length() > width ? line.substring(0, width) : line;
        screen.err().print("\r" + cut + " ".repeat(width - cut.length()));
        screen.err().flush();
        lineOpen = true;
    }

    private void clear() {
        if (lineOpen) {
            screen.err().print("\r" + " ".repeat(Math.max(20, screen.width() - 1)) + "\r");
            lineOpen = false;
        }
    }

    @Override
    public void close() {
        clear();
        screen.err().flush();
    }
}
