package org.peft4j.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.peft4j.data.Dataset;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.report.Figure;
import org.peft4j.runtime.Evaluation;
import org.peft4j.runtime.Evaluator;
import org.peft4j.runtime.MemoryCheck;
import org.peft4j.runtime.PeftModel;
import org.peft4j.runtime.StopReason;
import org.peft4j.runtime.Training;
import org.peft4j.runtime.TrainingPlan;
import org.peft4j.runtime.TrainingResult;

/** A run of a row with one seed: trains, saves, loads what was saved again, and measures that. */
final class TrainingUnit {
    private final UnitSession session;
    private final UnitRequest request;
    private final UnitResult.Notes notes;
    private final UnitListener listener;

    TrainingUnit(UnitSession session, UnitResult.Notes notes, UnitListener listener) {
        this.session = session;
        this.request = session.request();
        this.notes = notes;
        this.listener = listener;
    }

    String run() {
        if (session.adapter().isEmpty()) {
            return untouched();
        }
        Adapter adapter = session.adapter().get();
        TrainingPlan plan = training().plan();
        notes.lap("data");
        shares(adapter);
        CurveRecorder curve = new CurveRecorder(listener);
        TrainingResult result =
                session.peft().trainer(plan, curve, MemoryCheck.OFF).run();
        notes.lap("training");
        notes.curve = curve.points();
        trained(result, curve);
        if (result.reason() == StopReason.DIVERGED) {
            notes.facts.put(UnitResult.DIVERGED, "step " + (result.steps() + 1));
            return "the loss diverged at step " + (result.steps() + 1)
                    + ": it or its gradient was no longer a finite number";
        }
        if (request.kind() == UnitRequest.Kind.RUN) {
            measure(plan.adapted(), plan.eval(), adapter);
        }
        return "";
    }

    /** A trial leaves nothing on disk. */
    private Training training() {
        Training training = session.training();
        return request.kind() == UnitRequest.Kind.RUN ? training : training.output(null);
    }

    private String untouched() {
        Optional<Dataset> heldOut = session.heldOut();
        notes.lap("data");
        shares(null);
        heldOut.ifPresent(rows -> {
            Evaluation evaluation = new Evaluator(session.model(), session.adapted()).loss(rows);
            heldOut(evaluation);
            notes.curve = List.of(new UnitResult.Point(0, 0, null, evaluation.loss()));
        });
        memory();
        notes.lap("training");
        AdaptedModel plain = session.adapted();
        new Measurement(session, plain, plain, notes, listener).all(heldOut);
        return "";
    }

    private void shares(Adapter adapter) {
        long base = session.model().base().shape().parameterCount();
        long trained = adapter == null ? 0 : adapter.parameters().trainableCount();
        figure(Figure.TRAINABLE_PARAMETERS, trained);
        figure(Figure.TRAINABLE_SHARE, (double) trained / base);
    }

    private void trained(TrainingResult result, CurveRecorder curve) {
        figure(Figure.TRAINING_TOKENS_PER_SECOND, result.tokensPerSecond());
        figure(Figure.TRAINING_SECONDS, result.seconds());
        if (result.after().isPresent()) {
            heldOut(result.after().get());
            figure(Figure.SECONDS_TO_BEST, curve.secondsToBest());
        }
        memory();
    }

    private void heldOut(Evaluation evaluation) {
        figure(Figure.HELD_OUT_LOSS, evaluation.loss());
        figure(Figure.PERPLEXITY, evaluation.perplexity());
    }

    /** The peak so far: what is measured from here on, training doesn't need. */
    private void memory() {
        ProcessMemory.peakResident().ifPresent(bytes -> figure(Figure.PEAK_MEMORY, bytes));
    }

    private void measure(AdaptedModel trained, Optional<Dataset> heldOut, Adapter adapter) {
        listener.progress("measuring", 0, 0, Double.NaN);
        Path output = session.run().output();
        boolean whole = adapter.method().format().wholeCheckpoint();
        Path saved = whole ? output.resolve("model") : output;
        figure(Figure.ADAPTER_BYTES, bytesOfWeights(saved));
        PeftModel loaded = whole
                ? session.peft()
                        .load(saved, session.run().storage(), session.run().precision())
                : session.model();
        AdaptedModel again = whole ? loaded.with() : loaded.with(loaded.loadAdapter(saved));
        notes.lap("loading");
        Measurement measurement =
                new Measurement(session, again, session.model().with(), notes, listener);
        measurement.all(heldOut);
        if (request.first()) {
            heldOut.ifPresent(rows -> new MergeCheck(session, notes).run(trained, again, whole, rows));
            notes.lap("merging");
        }
    }

    private static long bytesOfWeights(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            long sum = 0;
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
                sum += Files.size(file);
            }
            return sum;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void figure(Figure figure, double value) {
        notes.figures.put(figure.key(), value);
    }
}
