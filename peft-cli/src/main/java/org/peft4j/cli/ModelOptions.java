package org.peft4j.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.AdapterFiles;
import org.peft4j.checkpoint.Checkpoint;
import org.peft4j.engine.Engine;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.AdapterStore;
import org.peft4j.model.BaseModel;
import org.peft4j.runtime.MethodRegistry;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A base model and the adapters on it, as options. */
final class ModelOptions {
    @Option(
            names = "--base",
            paramLabel = "DIR",
            description = "Checkpoint of the base model; by default the one the adapter was made for.")
    private Path base;

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "Adapter to use on it. May be given several times; the last one is outermost.")
    private List<Path> adapters;

    @Mixin
    private ThreadOptions threads;

    /**
     * A model in use.
     *
     * @param engine is closed with it
     * @param model base and adapters
     */
    record Loaded(Engine engine, AdaptedModel model) implements AutoCloseable {
        BaseModel base() {
            return model.base();
        }

        /** How many tokens of text the context has room for. */
        int room() {
            return base().shape().maxPositions() - model.virtualTokens();
        }

        @Override
        public void close() {
            engine.close();
        }
    }

    List<Path> adapters() {
        return Objects.requireNonNullElse(adapters, List.of());
    }

    /** Loads everything, or explains what can't be. */
    Loaded open(Action action) {
        List<AdapterFiles> files = new ArrayList<>();
        adapters().forEach(directory -> files.add(AdapterFiles.read(directory)));
        Checkpoint checkpoint = Checkpoint.open(baseDirectory(files, action));
        MethodRegistry registry = files.isEmpty() ? MethodRegistry.of() : MethodRegistry.load();
        Engine engine = threads.engine(action);
        try {
            BaseModel model = BaseModel.load(engine, checkpoint);
            List<Adapter> installed = new ArrayList<>();
            for (AdapterFiles f : files) {
                String type = String.valueOf(f.config().get("peft_type"));
                installed.add(load(model, f, registry.byPeftType(type).method()));
            }
            return new Loaded(engine, AdaptedModel.of(model, installed));
        } catch (RuntimeException | Error e) {
            engine.close();
            throw e;
        }
    }

    private static Adapter load(BaseModel base, AdapterFiles files, AdapterMethod<?> method) {
        return AdapterStore.load(base, files, files.directory().toString(), method);
    }

    private Path baseDirectory(List<AdapterFiles> files, Action action) {
        if (base != null) {
            return base;
        }
        if (files.isEmpty()) {
            throw action.wrong("Missing required option: '--base=DIR'");
        }
        String named = String.valueOf(files.get(0).config().get("base_model_name_or_path"));
        try {
            Path directory = Path.of(named);
            if (Files.isDirectory(directory)) {
                return directory;
            }
        } catch (InvalidPathException e) {
            throw unknownBase(files.get(0), named);
        }
        throw unknownBase(files.get(0), named);
    }

    private static PeftException unknownBase(AdapterFiles files, String named) {
        return PeftException.of(
                "no-such-directory",
                "The adapter " + files.directory() + " was made for " + named
                        + ", which is no directory on this machine.",
                "Say where the base model is: --base DIR.");
    }
}
