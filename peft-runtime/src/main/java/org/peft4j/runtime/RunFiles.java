package org.peft4j.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.AppendedFile;
import org.peft4j.checkpoint.Fingerprint;
import org.peft4j.checkpoint.StagedFile;
import org.peft4j.config.ConfigDocument;
import org.peft4j.model.Adapter;
import org.peft4j.model.AdapterStore;

/** What a run leaves on disk: metrics and checkpoints while it goes, at the end the adapter, its configuration and its provenance. */
final class RunFiles implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Where a method's result that is a whole checkpoint goes. */
    private static final String CHECKPOINT = "model";

    private static final String RUN = "run.yaml";
    private static final String PROVENANCE = "provenance.json";

    private final TrainingPlan plan;
    private final Optional<Checkpoints> checkpoints;
    private final Map<String, String> baseHashes;
    private AppendedFile metrics;

    private RunFiles(TrainingPlan plan, Optional<Checkpoints> checkpoints, Map<String, String> baseHashes) {
        this.plan = plan;
        this.checkpoints = checkpoints;
        this.baseHashes = baseHashes;
    }

    static RunFiles open(TrainingPlan plan) {
        if (plan.output().isEmpty()) {
            return new RunFiles(plan, Optional.empty(), Map.of());
        }
        Map<String, String> baseHashes = Provenance.baseHashes(plan.model());
        RunFiles files = new RunFiles(plan, plan.output().map(Checkpoints::open), baseHashes);
        for (Path place :
                List.of(plan.output().get(), Checkpoints.best(plan.output().get()))) {
            StagedFile.removeLeftOvers(place);
            plan.trainedAdapters().forEach(adapter -> StagedFile.removeLeftOvers(plan.place(adapter, place)));
        }
        return files;
    }

    /**
     * Refuses what a run would lose, unless it may be replaced or is to be gone on with.
     *
     * @param adapters the names of several adapters that are trained, each with a directory of its own
     */
    static void requireFree(Path output, List<String> adapters, boolean overwrite, boolean resume) {
        if (Files.exists(output) && !Files.isDirectory(output)) {
            throw PeftException.of(
                    "exists", output + " is a file; the output is a directory", "Choose another output.");
        }
        OptionalLong unfinished = Checkpoints.unfinished(output);
        if (overwrite || resume && unfinished.isPresent()) {
            return;
        }
        if (unfinished.isPresent()) {
            throw PeftException.of(
                    "unfinished-run",
                    output + " holds an unfinished run: step " + unfinished.getAsLong() + " is its last checkpoint.",
                    "Go on with it by 'resume: true' (--resume), or begin anew by 'overwrite: true' (--overwrite).");
        }
        List<Path> places = new ArrayList<>(List.of(output));
        adapters.forEach(adapter -> places.add(output.resolve(adapter)));
        for (Path place : places) {
            for (String taken : List.of("adapter_config.json", "config.json", CHECKPOINT, RUN, PROVENANCE)) {
                if (Files.exists(place.resolve(taken))) {
                    throw resume ? finished(place, taken) : exists(place, taken);
                }
            }
        }
    }

    private static PeftException exists(Path output, String taken) {
        return PeftException.of(
                "exists",
                output + " holds the result of an earlier run, or something of its name: " + taken,
                "Choose another output, or set 'overwrite: true' (--overwrite).");
    }

    private static PeftException finished(Path output, String taken) {
        return PeftException.of(
                "nothing-to-resume",
                output + " holds the result of a run that is finished (" + taken + "): there is nothing to go on with",
                "Use the result, choose another output, or set 'overwrite: true' (--overwrite).");
    }

    /** Where an adapter or checkpoint itself goes. */
    private Path result(Adapter adapter, Path output) {
        boolean checkpoint = adapter.method().format().wholeCheckpoint();
        return checkpoint ? output.resolve(CHECKPOINT) : plan.place(adapter, output);
    }

    /** The checkpoints; none where nothing is written. */
    Optional<Checkpoints> checkpoints() {
        return checkpoints;
    }

    RunIdentity identity() {
        return RunIdentity.of(plan, baseHashes);
    }

    /** Begins the log of a new run. What an earlier one left to go on with is of no use any more. */
    void begin() {
        plan.output().ifPresent(directory -> {
            checkpoints.orElseThrow().removeAll();
            checkpoints.orElseThrow().removeBest();
            metrics = AppendedFile.begin(directory.resolve("metrics.jsonl"));
        });
    }

    /** Goes on with the log as it was at a checkpoint. */
    void goOn(long length) {
        plan.output().ifPresent(directory -> metrics = AppendedFile.goOn(directory.resolve("metrics.jsonl"), length));
    }

    /** Makes sure that the log is on the disk; its length. */
    long flushMetrics() {
        return metrics == null ? 0 : metrics.flush();
    }

    void step(StepReport report) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", report.step());
        line.put("loss", report.loss());
        line.put("learning_rate", report.learningRate());
        line.put("gradient_norm", report.gradientNorm());
        line.put("tokens", report.tokens());
        line.put("tokens_per_second", Math.round(report.tokensPerSecond() * 10) / 10.0);
        write(line);
    }

    void bad(BadNumber number) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", number.step());
        line.put("bad_number", number.what());
        line.put("where", number.where());
        line.put("rows", number.rows());
        write(line);
    }

    void evaluation(long step, Evaluation evaluation) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", step);
        line.put("eval_loss", evaluation.loss());
        line.put("eval_tokens", evaluation.tokens());
        line.put("eval_seconds", Math.round(evaluation.seconds() * 1000) / 1000.0);
        write(line);
    }

    private void write(Map<String, Object> line) {
        if (metrics != null) {
            metrics.append(json(JSON, line));
        }
    }

    private static String json(ObjectMapper mapper, Map<String, Object> value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    void saveAdapter() {
        plan.output().ifPresent(this::save);
    }

    /** Keeps the adapter as it is now as the best one. */
    void saveBest() {
        if (plan.checkpoints().keepBest() && plan.settings().evalEvery() > 0) {
            plan.output().ifPresent(directory -> save(Checkpoints.best(directory)));
        }
    }

    private void save(Path directory) {
        for (Adapter adapter : plan.trainedAdapters()) {
            AdapterStore.save(plan.model().base(), adapter, result(adapter, directory));
        }
    }

    /** Writes what the run was and what it came to. */
    void describe(TrainingResult result, List<Long> resumedAt) {
        plan.output().ifPresent(directory -> {
            Path run = directory.resolve(RUN);
            StagedFile.put(run, ConfigDocument.yaml(plan.description()));
            ObjectMapper pretty = JSON.copy().enable(SerializationFeature.INDENT_OUTPUT);
            Map<String, Object> provenance = Provenance.of(plan, result, Fingerprint.of(run), baseHashes, resumedAt);
            StagedFile.put(directory.resolve(PROVENANCE), json(pretty, provenance) + "\n");
        });
    }

    static PeftException cannotWrite(Path path, IOException e) {
        return PeftException.of(
                "cannot-write",
                "cannot write to " + path + ": " + e.getClass().getSimpleName() + ": " + e.getMessage(),
                "Check that the directory may be written to and that the disk is not full.",
                e);
    }

    static PeftException cannotRead(Path path, IOException e) {
        return PeftException.of(
                "unreadable-file", "cannot read " + path + ": " + e.getMessage(), "Check the permissions there.", e);
    }

    @Override
    public void close() {
        try {
            if (metrics != null) {
                metrics.close();
            }
        } finally {
            checkpoints.ifPresent(Checkpoints::close);
        }
    }
}
