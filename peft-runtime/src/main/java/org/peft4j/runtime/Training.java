package org.peft4j.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.peft4j.api.PeftException;
import org.peft4j.api.WeightCodec;
import org.peft4j.config.SettingsBinder;
import org.peft4j.data.DataFile;
import org.peft4j.data.DataSettings;
import org.peft4j.data.DataSource;
import org.peft4j.data.Dataset;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.Storage;

/**
 * A training run in the making, for applications. What is not said has the same defaults as in a configuration file.
 *
 * <pre>{@code
 * TrainingResult result = peft.training(model, adapter)
 *         .data(Path.of("train.jsonl")).heldOut(Path.of("valid.jsonl"))
 *         .optimizer("adamw", AdamWSettings.of(5e-3))
 *         .settings(TrainingSettings.defaults().withBatchSize(16).withSteps(400))
 *         .run(listener);
 * }</pre>
 */
public final class Training {
    /** What trains where nothing is said. */
    static final String OPTIMIZER = "adamw";

    /** How the rate changes where nothing is said. */
    static final String SCHEDULE = "constant";

    private final Peft peft;
    private final PeftModel model;
    private final Adapter adapter;
    private List<Adapter> together = List.of();
    private List<Adapter> beneath = List.of();
    private DataSource train;
    private DataSource heldOut;
    private DataSettings reading = SettingsBinder.defaults(DataSettings.class);
    private String optimizer = OPTIMIZER;
    private Record optimizerSettings = SettingsBinder.defaults(AdamWSettings.class);
    private String schedule = SCHEDULE;
    private Record scheduleSettings = SettingsBinder.defaults(WarmupSettings.class);
    private TrainingSettings settings = SettingsBinder.defaults(TrainingSettings.class);
    private SampleSettings samples = SettingsBinder.defaults(SampleSettings.class);
    private MemoryCheck memoryCheck = MemoryCheck.REFUSE;
    private CheckpointSettings checkpoints = SettingsBinder.defaults(CheckpointSettings.class);
    private boolean resume;
    private Path output;
    private boolean overwrite;

    Training(Peft peft, PeftModel model, Adapter adapter) {
        this.peft = peft;
        this.model = model;
        this.adapter = adapter;
    }

    /** Trains on a file. */
    public Training data(Path file) {
        return data(DataFile.of(file));
    }

    /** Trains on rows of any source. */
    public Training data(DataSource source) {
        this.train = source;
        return this;
    }

    /** Evaluates before and after on a file. */
    public Training heldOut(Path file) {
        return heldOut(DataFile.of(file));
    }

    /** Evaluates before and after on rows of any source. */
    public Training heldOut(DataSource source) {
        this.heldOut = source;
        return this;
    }

    /** Says how rows are read. */
    public Training reading(DataSettings how) {
        this.reading = how;
        return this;
    }

    /** Chooses the optimizer by name; the settings are of its own record type. */
    public Training optimizer(String name, Record config) {
        this.optimizer = name;
        this.optimizerSettings = config;
        return this;
    }

    /** Chooses the schedule by name; the settings are of its own record type. */
    public Training schedule(String name, Record config) {
        this.schedule = name;
        this.scheduleSettings = config;
        return this;
    }

    /** Says how long, and in which portions. */
    public Training settings(TrainingSettings how) {
        this.settings = how;
        return this;
    }

    /** Says what is generated before and after. */
    public Training samples(SampleSettings which) {
        this.samples = which;
        return this;
    }

    /**
     * Trains these adapters at the same time, each by an optimizer of its own with the same settings, their gradients clipped by one
     * norm. They nest inside the run's own adapter; each is saved in a directory of its name within the output, one called
     * {@code default} in the output itself.
     */
    public Training together(Adapter... others) {
        this.together = List.of(others);
        return this;
    }

    /** Has these adapters, which are trained already, act innermost; they stay as they are. */
    public Training beneath(Adapter... others) {
        this.beneath = List.of(others);
        return this;
    }

    /** Says what is done where the run seems to need more memory than the machine has left; at first it is refused. */
    public Training memoryCheck(MemoryCheck check) {
        this.memoryCheck = check;
        return this;
    }

    /** Says what is kept of the run while it isn't finished. */
    public Training checkpoints(CheckpointSettings how) {
        this.checkpoints = how;
        return this;
    }

    /** Goes on with the unfinished run in the output, if there is one; without this it is refused unless it may be overwritten. */
    public Training resume(boolean whether) {
        this.resume = whether;
        return this;
    }

    /** Writes the result, its metrics, its provenance and meanwhile its checkpoints to a directory, which must not hold a result yet. */
    public Training output(Path directory) {
        this.output = directory;
        return this;
    }

    /** Says whether a result or an unfinished run that is in the output directory already may be replaced. */
    public Training overwrite(boolean may) {
        this.overwrite = may;
        return this;
    }

    /**
     * The plan of the run.
     *
     * @throws PeftException if settings contradict each other or are another optimizer's or schedule's; {@code exists}; and what
     *     reading the data may throw
     */
    public TrainingPlan plan() {
        if (train == null) {
            throw new IllegalStateException("say what to train on: data(...)");
        }
        requireEvaluations();
        if (output != null) {
            List<String> several = together.stream().map(Adapter::name).toList();
            RunFiles.requireFree(output, several, overwrite, resume);
        }
        List<Adapter> all = new ArrayList<>(together);
        all.addAll(beneath);
        all.add(adapter);
        DataSettings how = reading.within(AdaptedModel.of(model.base(), all).room());
        Dataset data = Dataset.read(train, model.tokenizing(), how);
        Optional<Dataset> eval =
                Optional.ofNullable(heldOut).map(source -> Dataset.read(source, model.tokenizing(), how));
        settings.batch().requireRoom(data.examples());
        long total = settings.totalSteps(data.examples());
        OptimizerFactory<?> factory = peft.optimizer(optimizer);
        return new TrainingPlan(
                model,
                adapter,
                data,
                eval,
                create(factory, adapter),
                together.stream()
                        .map(a -> new TrainedAdapter(a, create(factory, a)))
                        .toList(),
                beneath,
                rate(factory),
                schedule(peft.schedule(schedule), total),
                settings,
                samples,
                checkpoints,
                resume,
                Optional.ofNullable(output),
                description());
    }

    /** Patience without evaluations would go back to the untrained adapter at the end. */
    private void requireEvaluations() {
        if (settings.patience() > 0 && (settings.evalEvery() == 0 || heldOut == null)) {
            throw PeftException.of(
                    "config-value",
                    "training.patience is " + settings.patience() + ", but nothing is evaluated between steps: "
                            + (heldOut == null ? "there is no held-out data" : "training.eval-every is 0"),
                    "Give both data.eval and training.eval-every, or leave patience out.");
        }
    }

    private <C extends Record> Optimizer create(OptimizerFactory<C> factory, Adapter of) {
        return factory.create(cast("optimizer " + optimizer, factory.configType(), optimizerSettings), of.parameters());
    }

    private <C extends Record> double rate(OptimizerFactory<C> factory) {
        return factory.learningRate(cast("optimizer " + optimizer, factory.configType(), optimizerSettings));
    }

    private <C extends Record> Schedule schedule(ScheduleFactory<C> factory, long total) {
        return factory.create(cast("schedule " + schedule, factory.configType(), scheduleSettings), total);
    }

    private static <C extends Record> C cast(String what, Class<C> type, Record given) {
        if (!type.isInstance(given)) {
            throw PeftException.of(
                    "wrong-settings",
                    what + " takes settings of type " + type.getName() + ", not "
                            + given.getClass().getName(),
                    "Give the record that belongs to it.");
        }
        return type.cast(given);
    }

    private Map<String, Object> description() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("base", model.base().checkpoint().directory().toString());
        Storage storage = model.base().storage();
        all.put("storage", storage.codec().map(WeightCodec::name).orElse(CodecRegistry.PLAIN));
        all.put("precision", storage.precision().name().toLowerCase(Locale.ROOT));
        all.put("method", together.isEmpty() ? named(adapter.method().name(), adapter.config()) : methods());
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("train", train.name());
        data.put("eval", heldOut == null ? "" : heldOut.name());
        data.putAll(SettingsBinder.plain(reading));
        all.put("data", data);
        all.put("optimizer", named(optimizer, optimizerSettings));
        all.put("schedule", named(schedule, scheduleSettings));
        all.put("training", SettingsBinder.plain(settings));
        all.put("samples", SettingsBinder.plain(samples));
        all.put("checkpoints", SettingsBinder.plain(checkpoints));
        all.put("output", output == null ? "" : output.toString());
        return all;
    }

    private List<Map<String, Object>> methods() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (Adapter a : Stream.concat(together.stream(), Stream.of(adapter)).toList()) {
            Map<String, Object> section = new LinkedHashMap<>();
            section.put("name", a.method().name());
            section.put("as", a.name());
            section.putAll(SettingsBinder.plain(a.config()));
            all.add(section);
        }
        return all;
    }

    private static Map<String, Object> named(String name, Record settings) {
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("name", name);
        section.putAll(SettingsBinder.plain(settings));
        return section;
    }

    /**
     * A trainer of this run, which may be stopped from another thread.
     *
     * @throws org.peft4j.api.PeftException besides what is wrong with the data: {@code not-enough-memory}
     */
    public Trainer trainer(TrainingListener listener) {
        return peft.trainer(plan(), listener, memoryCheck);
    }

    /** Runs to the end. */
    public TrainingResult run(TrainingListener listener) {
        return trainer(listener).run();
    }
}
