package org.peft4j.runtime;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.Fingerprint;
import org.peft4j.config.ConfigDocument;
import org.peft4j.model.Adapter;
import org.peft4j.model.AdapterStore;

/** What a run leaves on disk: its metrics while it goes, at the end the adapter, its configuration and its provenance. */
final class RunFiles implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Where a method's result that is a whole checkpoint goes. */
    private static final String CHECKPOINT = "model";

    private static final String RUN = "run.yaml";
    private static final String PROVENANCE = "provenance.json";

    private final TrainingPlan plan;
    private final BufferedWriter metrics;

    private RunFiles(TrainingPlan plan, BufferedWriter metrics) {
        this.plan = plan;
        this.metrics = metrics;
    }

    static RunFiles open(TrainingPlan plan) {
        if (plan.output().isEmpty()) {
            return new RunFiles(plan, null);
        }
        Path directory = plan.output().get();
        try {
            Files.createDirectories(directory);
            return new RunFiles(plan, Files.newBufferedWriter(directory.resolve("metrics.jsonl")));
        } catch (IOException e) {
            throw cannotWrite(directory, e);
        }
    }

    /** Refuses a file, and a directory that holds a result already unless that may be replaced. */
    static void requireFree(Path output, boolean overwrite) {
        if (Files.exists(output) && !Files.isDirectory(output)) {
            throw PeftException.of(
                    "exists", output + " is a file; the output is a directory", "Choose another output.");
        }
        if (overwrite) {
            return;
        }
        for (String taken : new String[] {"adapter_config.json", "config.json", CHECKPOINT, RUN, PROVENANCE}) {
            if (Files.exists(output.resolve(taken))) {
                throw PeftException.of(
                        "exists",
                        output + " holds the result of an earlier run, or something of its name: " + taken,
                        "Choose another output, or set 'overwrite: true' (--overwrite).");
            }
        }
    }

    /** Where an adapter or checkpoint itself goes. */
    private Path result(Adapter adapter, Path output) {
        boolean checkpoint = adapter.method().format().wholeCheckpoint();
        return checkpoint ? output.resolve(CHECKPOINT) : plan.place(adapter, output);
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

    void evaluation(long step, Evaluation evaluation) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", step);
        line.put("eval_loss", evaluation.loss());
        line.put("eval_tokens", evaluation.tokens());
        line.put("eval_seconds", Math.round(evaluation.seconds() * 1000) / 1000.0);
        write(line);
    }

    private void write(Map<String, Object> line) {
        if (metrics == null) {
            return;
        }
        try {
            metrics.write(JSON.writeValueAsString(line));
            metrics.write('\n');
            metrics.flush();
        } catch (IOException e) {
            throw cannotWrite(plan.output().orElseThrow(), e);
        }
    }

    void saveAdapter() {
        for (Adapter adapter : plan.trainedAdapters()) {
            plan.output().ifPresent(output -> AdapterStore.save(plan.model().base(), adapter, result(adapter, output)));
        }
    }

    /** Writes what the run was and what it came to. */
    void describe(TrainingResult result) {
        if (plan.output().isEmpty()) {
            return;
        }
        Path directory = plan.output().get();
        try {
            put(directory.resolve(RUN), ConfigDocument.yaml(plan.description()));
            ObjectMapper pretty = JSON.copy().enable(SerializationFeature.INDENT_OUTPUT);
            put(
                    directory.resolve(PROVENANCE),
                    pretty.writeValueAsString(Provenance.of(plan, result, Fingerprint.of(directory.resolve(RUN))))
                            + "\n");
        } catch (IOException e) {
            throw cannotWrite(directory, e);
        }
    }

    private static void put(Path file, String text) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
        try {
            Files.writeString(temporary, text);
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static PeftException cannotWrite(Path directory, IOException e) {
        return PeftException.of(
                "cannot-write",
                "cannot write to " + directory + ": " + e.getMessage(),
                "Check that the directory may be written to and that the disk is not full.",
                e);
    }

    @Override
    public void close() {
        if (metrics != null) {
            try {
                metrics.close();
            } catch (IOException e) {
                throw cannotWrite(plan.output().orElseThrow(), e);
            }
        }
    }
}
