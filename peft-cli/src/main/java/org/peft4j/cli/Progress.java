package org.peft4j.cli;

import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.peft4j.runtime.StepReport;

/** Shows how training goes: a bar on a terminal, a line now and then elsewhere. */
interface Progress extends AutoCloseable {
    /** A step was made. */
    void step(StepReport report);

    /** Lets something be printed without tearing what is shown. */
    void between(Runnable print);

    @Override
    void close();

    /** What suits the screen. */
    static Progress on(Screen screen, long totalSteps) {
        return screen.errTerminal() ? new Bar(screen, totalSteps) : new Lines(screen);
    }

    /** Loss, speed and remaining time. */
    static String figures(StepReport r) {
        return String.format(
                Locale.ROOT,
                "loss %.4f, %,.0f tokens/s, %s left",
                r.loss(),
                r.tokensPerSecond(),
                Text.time(r.remainingSeconds()));
    }

    /** Each tenth of the way, and when nothing was said for long. */
    final class Lines implements Progress {
        private static final long LONGEST_SILENCE = 30_000_000_000L;

        private final Screen screen;
        private boolean begun;
        private long tenths;
        private long last = System.nanoTime();

        Lines(Screen screen) {
            this.screen = screen;
        }

        @Override
        public void step(StepReport r) {
            long reached = 10 * r.step() / r.totalSteps();
            long now = System.nanoTime();
            if (!begun || reached > tenths || now - last > LONGEST_SILENCE) {
                screen.err().println("step " + r.step() + "/" + r.totalSteps() + ": " + figures(r));
                begun = true;
                tenths = reached;
                last = now;
            }
        }

        @Override
        public void between(Runnable print) {
            print.run();
        }

        @Override
        public void close() {}
    }

    /** One line that is written over. */
    final class Bar implements Progress {
        private static final int INTERVAL_MILLIS = 200;

        private final Screen screen;
        private final ProgressBar bar;

        Bar(Screen screen, long totalSteps) {
            this.screen = screen;
            this.bar = new ProgressBarBuilder()
                    .setTaskName("training")
                    .setInitialMax(totalSteps)
                    .setStyle(screen.colour() ? ProgressBarStyle.COLORFUL_UNICODE_BLOCK : ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(INTERVAL_MILLIS)
                    .setConsumer(new ConsoleProgressBarConsumer(screen.err(), screen.width() - 1))
                    .hideEta()
                    .build();
        }

        @Override
        public void step(StepReport r) {
            bar.stepTo(r.step());
            bar.setExtraMessage(" " + figures(r));
        }

        @Override
        public void between(Runnable print) {
            bar.pause();
            screen.err().print("\r" + " ".repeat(screen.width() - 1) + "\r");
            screen.err().flush();
            print.run();
            bar.resume();
        }

        @Override
        public void close() {
            bar.close();
        }
    }
}
