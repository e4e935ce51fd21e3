package org.peft4j.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.peft4j.checkpoint.Checkpoint;
import org.peft4j.checkpoint.Fingerprint;
import org.peft4j.model.Adapter;

/** Everything that has to be known to make an adapter again. */
final class Provenance {
    /** The record's name in a run's output. */
    static final String FILE = "provenance.json";

    private Provenance() {}

    /**
     * What is known of a run.
     *
     * @param configuration SHA-256 of the file with all its settings
     * @param baseHashes those of the base's files, by name
     * @param resumedAt the steps at which it was gone on with
     */
    static Map<String, Object> of(
            TrainingPlan plan,
            TrainingResult result,
            String configuration,
            Map<String, String> baseHashes,
            List<Long> resumedAt) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("program", "peft4j " + version());
        all.put("finished", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        List<Map<String, Object>> methods =
                plan.trainedAdapters().stream().map(Provenance::method).toList();
        all.put("method", methods.size() == 1 ? methods.get(0) : methods);
        all.put("seed", plan.settings().seed());
        all.put("threads", plan.model().base().engine().threads());
        all.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        all.put(
                "os",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
        all.put("base", base(plan.model(), baseHashes));
        all.put("data", data(plan));
        all.put("configuration", plan.description());
        all.put("configuration_sha256", configuration);
        if (!resumedAt.isEmpty()) {
            all.put("resumed_at_steps", resumedAt);
        }
        all.put("result", result(plan, result));
        return all;
    }

    static String version() {
        return Provenance.class.getModule().getDescriptor() == null
                ? "unknown"
                : Provenance.class.getModule().getDescriptor().rawVersion().orElse("unknown");
    }

    private static Map<String, Object> method(Adapter adapter) {
        InstalledMethod installed = MethodRegistry.of(adapter.method()).all().get(0);
        Map<String, Object> method = new LinkedHashMap<>();
        method.put("name", installed.name());
        method.put("module", installed.module());
        method.put("version", installed.version());
        return method;
    }

    private static Map<String, Object> base(PeftModel model, Map<String, String> hashes) {
        Map<String, Object> base = new LinkedHashMap<>();
        base.put("directory", model.base().checkpoint().directory().toString());
        base.put("sha256", hashes);
        base.put("sampled", Fingerprint.sampled(model.base().checkpoint().files()));
        return base;
    }

    /** The SHA-256 of the base's files, by name. */
    static Map<String, String> baseHashes(PeftModel model) {
        Map<String, String> hashes = new LinkedHashMap<>();
        for (Path file : files(model.base().checkpoint())) {
            hashes.put(file.getFileName().toString(), Fingerprint.of(file));
        }
        return hashes;
    }

    /** All that decides what the base makes of a text. */
    private static List<Path> files(Checkpoint checkpoint) {
        List<Path> files = new ArrayList<>(checkpoint.files());
        for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja")) {
            Path file = checkpoint.directory().resolve(name);
            if (Files.exists(file)) {
                files.add(file);
            }
        }
        return files;
    }

    /**
     * Whether an adapter's record names other weights than these as its base.
     *
     * @return what to tell the user; empty where they are the same, or where nothing is recorded
     */
    static Optional<String> otherBase(Path adapter, PeftModel model) {
        Path file = adapter.resolve(FILE);
        JsonNode base;
        try {
            base = Files.isRegularFile(file)
                    ? new ObjectMapper().readTree(file.toFile()).path("base")
                    : null;
        } catch (IOException unreadable) { // a record by the way; the adapter doesn't need it
            return Optional.empty();
        }
        String recorded = base == null ? "" : base.path("sampled").asText("");
        boolean same = recorded.isEmpty()
                || recorded.equals(Fingerprint.sampled(model.base().checkpoint().files()));
        return same
                ? Optional.empty()
                : Optional.of("the adapter " + adapter + " was trained on other weights ("
                        + base.path("directory").asText("") + ") than those of "
                        + model.base().checkpoint().directory() + "; it fits their shape only");
    }

    private static Map<String, Object> data(TrainingPlan plan) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put(
                "train",
                Map.of("name", plan.train().name(), "sha256", plan.train().fingerprint()));
        plan.eval().ifPresent(e -> data.put("eval", Map.of("name", e.name(), "sha256", e.fingerprint())));
        return data;
    }

    private static Map<String, Object> result(TrainingPlan plan, TrainingResult r) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("reason", r.reason().name().toLowerCase(java.util.Locale.ROOT));
        result.put("steps", r.steps());
        result.put("planned_steps", plan.totalSteps());
        result.put("trainable_parameters", plan.trainableCount());
        result.put("train_loss", r.trainLoss());
        r.before().ifPresent(e -> result.put("eval_loss_before", e.loss()));
        r.after().ifPresent(e -> result.put("eval_loss_after", e.loss()));
        result.put("tokens", r.tokens());
        result.put("training_seconds", r.seconds());
        return result;
    }
}
