package org.peft4j.compare;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.peft4j.report.Figure;

/** Does units, each once: what is finished is taken from its file. */
final class Work {
    private final UnitStore store;
    private final UnitLauncher launcher;
    private final Inputs inputs;
    private final Path directory;
    private final ComparisonListener listener;
    private volatile boolean stopped;
    private double remaining = Double.NaN;

    Work(UnitStore store, UnitLauncher launcher, Inputs inputs, Path output, ComparisonListener listener) {
        this.store = store;
        this.launcher = launcher;
        this.inputs = inputs;
        this.directory = output.resolve("units");
        this.listener = listener;
    }

    void stop() {
        stopped = true;
        launcher.stop();
    }

    boolean isStopped() {
        return stopped;
    }

    /** Says how long all that is left is going to take. */
    void remaining(double seconds) {
        remaining = seconds;
    }

    Optional<UnitResult> finished(UnitRequest request, Row row, long seed) {
        return store.finished(inputs.name(request, row, seed));
    }

    /**
     * Does a unit, unless it is finished already.
     *
     * @param expected seconds it is expected to take
     */
    UnitResult done(UnitRequest request, Row row, String detail, long seed, double expected) {
        String what = row.label() + (detail.isEmpty() ? "" : ", " + detail);
        String name = inputs.name(request, row, seed);
        Optional<UnitResult> earlier = store.finished(name);
        if (earlier.isPresent()) {
            listener.unitFinished(what, words(request, earlier.get()), true);
            return earlier.get();
        }
        if (stopped) {
            return UnitResult.failed("interrupted");
        }
        listener.unitStarted(what, remaining);
        long start = System.nanoTime();
        double whole = remaining;
        UnitResult made = launcher.launch(request, name, directory, (phase, step, steps, loss) -> {
            double passed = (System.nanoTime() - start) * 1e-9;
            double left = whole - Math.min(passed, expected);
            listener.unitProgress(what, phase, step, steps, loss, left);
        });
        remaining = whole - expected;
        Map<String, Double> figures = new LinkedHashMap<>(made.figures());
        figures.put(Figure.RUN_SECONDS.key(), (System.nanoTime() - start) * 1e-9);
        UnitResult result = made.withFigures(figures);
        if (stopped && !result.isOk()) {
            return UnitResult.failed("interrupted");
        }
        if (result.isFinal()) {
            store.keep(name, result);
        }
        listener.unitFinished(what, words(request, result), false);
        return result;
    }

    private static String words(UnitRequest request, UnitResult result) {
        if (!result.isOk()) {
            return "failed: " + result.failure();
        }
        Double loss = result.figures().get(Figure.HELD_OUT_LOSS.key());
        Double seconds = result.figures().get(Figure.RUN_SECONDS.key());
        Double bytes = result.figures().get(Figure.PEAK_MEMORY.key());
        StringBuilder words = new StringBuilder();
        if (loss != null) {
            boolean trial = request.kind() == UnitRequest.Kind.TRIAL;
            words.append(String.format(
                    Locale.ROOT, "%s %.4f, ", trial ? "loss on the rows set aside" : "held-out loss", loss));
        }
        words.append(String.format(Locale.ROOT, "%.1f s", seconds == null ? 0 : seconds));
        if (bytes != null) {
            words.append(String.format(Locale.ROOT, ", %,.0f MB", bytes * 1e-6));
        }
        return words.toString();
    }
}
