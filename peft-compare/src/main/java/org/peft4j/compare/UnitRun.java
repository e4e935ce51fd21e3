package org.peft4j.compare;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.peft4j.api.PeftException;
import org.peft4j.data.Tokenizing;
import org.peft4j.model.Generator;
import org.peft4j.model.Sampling;
import org.peft4j.report.Figure;
import org.peft4j.runtime.Peft;

/** Does a unit's work in this process. */
final class UnitRun {
    private final Peft peft;
    private final UnitRequest request;
    private final Instant started;
    private final UnitListener listener;

    /**
     * Prepares.
     *
     * @param started when the process was started that does the work
     */
    UnitRun(Peft peft, UnitRequest request, Instant started, UnitListener listener) {
        this.peft = peft;
        this.request = request;
        this.started = started;
        this.listener = listener;
    }

    /** Does it. What goes wrong by the user's doing, or for want of memory, is the result's failure. */
    UnitResult run() {
        UnitResult.Notes notes = new UnitResult.Notes();
        try {
            listener.progress("starting", 0, 0, Double.NaN);
            UnitSession session = UnitSession.start(peft, request);
            double startUp = Duration.between(started, Instant.now()).toNanos() * 1e-9;
            notes.lap("start");
            notes.seconds.put("start", startUp);
            notes.figures.put(Figure.START_UP_SECONDS.key(), startUp);
            return notes.result(work(session, notes));
        } catch (PeftException e) {
            return notes.result(e.getMessage() + " [" + e.code() + "]");
        } catch (OutOfMemoryError e) {
            return notes.result("out of memory: " + e.getMessage());
        }
    }

    private String work(UnitSession session, UnitResult.Notes notes) {
        return switch (request.kind()) {
            case GENERAL -> generalText(session, notes);
            case PROBE -> new ProbeUnit(session, notes, listener).run();
            case TRIAL, RUN -> new TrainingUnit(session, notes, listener).run();
        };
    }

    /** Texts drawn from the base's own distribution: what the adapter's loss on them is above the base's is their divergence. */
    private String generalText(UnitSession session, UnitResult.Notes notes) {
        Tokenizing tokenizing = session.model().tokenizing();
        int[] start = {Math.max(0, tokenizing.bosId())};
        Set<Integer> stops = session.model().tokenizer().eosIds();
        int length = Math.min(request.generalTokens(), session.adapted().room()) - 2;
        Sampling sampling = new Sampling(Math.max(1, length), 1, 0, 1, 0, true);
        List<int[]> prompts = java.util.stream.Stream.generate(() -> start)
                .limit(request.generalSamples())
                .toList();
        notes.texts = new Generator(session.adapted(), sampling, stops)
                .generate(prompts, (index, id) -> {}).stream()
                        .map(ids -> session.model().tokenizer().decode(ids).strip())
                        .filter(t -> !t.isEmpty())
                        .toList();
        return "";
    }
}
