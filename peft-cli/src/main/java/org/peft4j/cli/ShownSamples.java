package org.peft4j.cli;

import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.peft4j.runtime.Samples;

/** Held-out generations before and after training. */
final class ShownSamples {
    private final Screen screen;
    private final Consumer<String> out;
    private Optional<Samples> before = Optional.empty();
    private Optional<Samples> after = Optional.empty();

    /**
     * None yet.
     *
     * @param out takes the lines that are shown
     */
    ShownSamples(Screen screen, Consumer<String> out) {
        this.screen = screen;
        this.out = out;
    }

    void before(Samples samples) {
        before = Optional.of(samples);
    }

    void after(Samples samples) {
        after = Optional.of(samples);
    }

    /** Shows those after training beside those before. */
    void show() {
        after.ifPresent(this::show);
    }

    private void show(Samples samples) {
        for (int i = 0; i < samples.shown().size(); i++) {
            out.accept(screen.bold("held-out prompt ") + samples.shown().get(i).prompt());
            int index = i;
            before.ifPresent(b ->
                    out.accept("  before    " + oneLine(b.shown().get(index).generated())));
            out.accept("  after     " + oneLine(samples.shown().get(i).generated()));
            out.accept("  reference " + oneLine(samples.shown().get(i).reference()));
            out.accept("");
        }
    }

    private static String oneLine(String text) {
        return text.replace("\n", "\\n");
    }

    /** How many carry all their fields, where that is checked. */
    Optional<String> checked() {
        return after.filter(s -> s.checked() > 0)
                .map(s -> "Of " + s.checked() + " held-out generations, " + s.complete() + " carry all their fields"
                        + before.map(b -> " (before: " + b.complete() + ")").orElse("") + ".");
    }

    /** The same for programs. */
    void summarize(Map<String, Object> into) {
        after.filter(s -> s.checked() > 0).ifPresent(s -> {
            into.put("checked", s.checked());
            into.put("complete", s.complete());
        });
    }
}
