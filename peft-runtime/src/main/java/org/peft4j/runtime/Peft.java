package org.peft4j.runtime;

import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.Inject;
import com.google.inject.Module;
import com.google.inject.ProvisionException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.Checkpoint;
import org.peft4j.config.ConfigDocument;
import org.peft4j.config.SettingsBinder;
import org.peft4j.data.DataFile;
import org.peft4j.data.DataSettings;
import org.peft4j.data.DataSource;
import org.peft4j.engine.Engine;
import org.peft4j.engine.Precision;
import org.peft4j.model.Adapter;
import org.peft4j.model.BaseModel;

/**
 * The way in: the installed methods, the engine, and what an application has bound besides. What the command line does, it does
 * through this class.
 */
public final class Peft implements AutoCloseable {
    private final Engine engine;
    private final MethodRegistry methods;
    private final CodecRegistry codecs = CodecRegistry.load();
    private final Map<String, OptimizerFactory<?>> optimizers;
    private final Map<String, ScheduleFactory<?>> schedules;
    private final Map<String, DataSource> sources;
    private final Set<TrainingListener> listeners;

    @Inject
    Peft(
            Engine engine,
            MethodRegistry methods,
            Set<OptimizerFactory<?>> optimizers,
            Set<ScheduleFactory<?>> schedules,
            Set<DataSource> sources,
            Set<TrainingListener> listeners) {
        this.engine = engine;
        this.methods = methods;
        this.optimizers = byName("optimizer", optimizers, OptimizerFactory::name);
        this.schedules = byName("schedule", schedules, ScheduleFactory::name);
        this.sources = byName("data source", sources, DataSource::name);
        this.listeners = Set.copyOf(listeners);
    }

    private static <T> Map<String, T> byName(String what, Set<T> found, Function<T, String> name) {
        Map<String, T> map = new TreeMap<>();
        for (T item : found) {
            if (map.put(name.apply(item), item) != null) {
                throw PeftException.of(
                        "duplicate-name",
                        "two bindings of a " + what + " are called '" + name.apply(item) + "'",
                        "Give each a name of its own.");
            }
        }
        return map;
    }

    /**
     * Starts with a thread for each processor.
     *
     * @param modules an application's own bindings; see {@link RuntimeModule}
     */
    public static Peft create(Module... modules) {
        return create(Runtime.getRuntime().availableProcessors(), modules);
    }

    /** Starts with so many computing threads. */
    public static Peft create(int threads, Module... modules) {
        List<Module> all = new ArrayList<>(List.of(modules));
        all.add(new RuntimeModule(threads));
        try {
            return Guice.createInjector(all).getInstance(Peft.class);
        } catch (ProvisionException | CreationException e) {
            // What a plugin or a name that is taken has to say, without the injector's words around it.
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof PeftException own) {
                    throw own;
                }
            }
            throw e;
        }
    }

    /** The engine. */
    public Engine engine() {
        return engine;
    }

    /** The installed methods. */
    public MethodRegistry methods() {
        return methods;
    }

    /** The kinds of optimizers by name. */
    public List<OptimizerFactory<?>> optimizers() {
        return List.copyOf(optimizers.values());
    }

    /** The kinds of schedules by name. */
    public List<ScheduleFactory<?>> schedules() {
        return List.copyOf(schedules.values());
    }

    /** The kind of optimizer of this name. */
    public OptimizerFactory<?> optimizer(String name) {
        return NamedChoice.find("optimizer", name, optimizers);
    }

    /** The kind of schedule of this name. */
    public ScheduleFactory<?> schedule(String name) {
        return NamedChoice.find("schedule", name, schedules);
    }

    /**
     * Loads a checkpoint in HuggingFace's layout.
     *
     * @throws PeftException if it is not there, not whole or of an architecture that is not supported
     */
    public PeftModel load(Path checkpoint) {
        return load(checkpoint, CodecRegistry.PLAIN);
    }

    /** The same in fp32, with the linear layers except the output head kept encoded by the codec of this name. */
    public PeftModel load(Path checkpoint, String storage) {
        return load(checkpoint, storage, Precision.FP32);
    }

    /**
     * Loads a checkpoint in HuggingFace's layout and keeps its linear layers, except the output head, encoded.
     *
     * @param storage name of a codec, or {@link CodecRegistry#PLAIN}
     * @param precision of the weights that are not encoded
     * @throws PeftException if there is no such codec; and as {@link #load(Path)}
     */
    public PeftModel load(Path checkpoint, String storage, Precision precision) {
        return new PeftModel(
                BaseModel.load(engine, Checkpoint.open(checkpoint), codecs.storage(storage, precision)), methods);
    }

    /** The installed codecs. */
    public CodecRegistry codecs() {
        return codecs;
    }

    /** Begins to describe a training run. */
    public Training training(PeftModel model, Adapter adapter) {
        return new Training(this, model, adapter);
    }

    /**
     * The trainer of a plan, which may be stopped from another thread.
     *
     * @param check what is done where it needs more memory than there is
     * @throws PeftException {@code not-enough-memory}
     */
    public Trainer trainer(TrainingPlan plan, TrainingListener listener, MemoryCheck check) {
        List<TrainingListener> all = new ArrayList<>(listeners);
        all.add(listener);
        AllListeners told = new AllListeners(all);
        if (check != MemoryCheck.OFF) {
            MemoryRoom.of(plan, MachineMemory.ofThisMachine()).require(check, told);
        }
        return new Trainer(plan, told);
    }

    /**
     * Makes the trainer of the run that a configuration describes: loads the base, installs the method, reads the data.
     *
     * @throws PeftException with what is wrong in the configuration or in what it names
     */
    public Trainer trainer(ConfigDocument document, TrainingListener listener) {
        RunConfig run = SettingsBinder.bind(RunConfig.class, document.root(), "the run");
        List<ChosenMethod> chosen = ChosenMethod.read(run.method(), methods);
        check(run);
        List<String> several = chosen.size() == 1
                ? List.of()
                : chosen.stream().map(ChosenMethod::adapter).toList();
        RunFiles.requireFree(run.output(), several, run.overwrite(), run.resume());
        PeftModel model = load(run.base(), run.storage(), run.precision());
        List<Adapter> adapters =
                ChosenMethod.install(chosen, model, run.training().seed());
        int last = adapters.size() - 1;
        return training(model, adapters.get(last), run)
                .together(adapters.subList(0, last).toArray(Adapter[]::new))
                .trainer(listener);
    }

    /**
     * Checks what a run names besides its method, and the settings it gives to it, without loading anything.
     *
     * @throws PeftException with what is wrong
     */
    public void check(RunConfig run) {
        NamedChoice optimizer = NamedChoice.of("optimizer", run.optimizer(), Training.OPTIMIZER);
        optimizer.bind(optimizer(optimizer.name()).configType());
        NamedChoice schedule = NamedChoice.of("schedule", run.schedule(), Training.SCHEDULE);
        schedule.bind(schedule(schedule.name()).configType());
        codecs.storage(run.storage(), run.precision());
    }

    /**
     * Begins to describe the training run of a configuration with an adapter that is installed already.
     *
     * @throws PeftException with what is wrong in the configuration or in what it names
     */
    public Training training(PeftModel model, Adapter adapter, RunConfig run) {
        NamedChoice optimizer = NamedChoice.of("optimizer", run.optimizer(), Training.OPTIMIZER);
        NamedChoice schedule = NamedChoice.of("schedule", run.schedule(), Training.SCHEDULE);
        Training training = training(model, adapter)
                .data(source(run.data().train(), run))
                .reading(run.data().reading())
                .optimizer(
                        optimizer.name(),
                        optimizer.bind(optimizer(optimizer.name()).configType()))
                .schedule(
                        schedule.name(), schedule.bind(schedule(schedule.name()).configType()))
                .settings(run.training())
                .samples(run.samples())
                .memoryCheck(run.memoryCheck())
                .checkpoints(run.checkpoints())
                .resume(run.resume())
                .output(run.output())
                .overwrite(run.overwrite());
        if (!run.data().eval().isEmpty()) {
            training.heldOut(source(run.data().eval(), run));
        }
        return training;
    }

    /** The last step that can be gone on from in a directory that holds an unfinished run; empty if it holds none. */
    public static OptionalLong unfinishedRun(Path output) {
        return Checkpoints.unfinished(output);
    }

    private DataSource source(String name, RunConfig run) {
        return source(name, run.data().reading());
    }

    /** The data source that is bound under this name, or else the file. */
    public DataSource source(String name, DataSettings reading) {
        DataSource bound = sources.get(name);
        return bound != null ? bound : DataFile.of(Path.of(name), reading);
    }

    @Override
    public void close() {
        engine.close();
    }
}
