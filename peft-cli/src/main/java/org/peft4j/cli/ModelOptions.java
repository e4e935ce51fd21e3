package org.peft4j.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.AdapterFiles;
import org.peft4j.checkpoint.Checkpoint;
import org.peft4j.engine.Precision;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.WeightedAdapter;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;
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
            paramLabel = "[NAME=]DIR[:WEIGHT]",
            converter = AdapterChoice.Converter.class,
            description = {
                "Adapter to use on it. May be given several times; the last one is outermost.",
                "A weight scales what it changes: 1 by default, 0 turns it off."
            })
    private List<AdapterChoice> adapters;

    @Option(
            names = "--storage",
            defaultValue = "as-is",
            paramLabel = "CODEC",
            description = "Keep the base's linear layers encoded, as in training with 'storage' (default: as-is).")
    private String storage;

    @Option(
            names = "--precision",
            defaultValue = "fp32",
            paramLabel = "NAME",
            description = {
                "Of the other frozen weights: fp32, bf16 or auto, which takes bf16 where the processor",
                "is faster with it (default: fp32)."
            })
    private Precision precision;

    @Mixin
    private ThreadOptions threads;

    /**
     * A model in use.
     *
     * @param peft is closed with it
     * @param owner the base
     * @param model base and adapters
     * @param adapters the adapters by themselves
     */
    record Loaded(Peft peft, PeftModel owner, AdaptedModel model, List<WeightedAdapter> adapters)
            implements AutoCloseable {
        Checkpoint checkpoint() {
            return owner.base().checkpoint();
        }

        int vocabulary() {
            return owner.base().shape().vocabularySize();
        }

        /** How many tokens of text the context has room for. */
        int room() {
            return model.room();
        }

        @Override
        public void close() {
            peft.close();
        }
    }

    List<AdapterChoice> adapters() {
        return Objects.requireNonNullElse(adapters, List.of());
    }

    /** Loads everything, or explains what can't be. */
    Loaded open(Action action) {
        Path directory = baseDirectory(action);
        Peft peft = threads.start(action);
        try {
            PeftModel owner = peft.load(directory, storage, precision);
            List<WeightedAdapter> installed = new ArrayList<>();
            for (AdapterChoice choice : adapters()) {
                owner.otherBase(choice.directory()).ifPresent(action.screen()::warn);
                installed.add(
                        new WeightedAdapter(owner.loadAdapter(choice.directory(), choice.name()), choice.weight()));
            }
            return new Loaded(peft, owner, AdaptedModel.weighted(owner.base(), installed), installed);
        } catch (RuntimeException | Error e) {
            peft.close();
            throw e;
        }
    }

    private Path baseDirectory(Action action) {
        if (base != null) {
            return base;
        }
        if (adapters().isEmpty()) {
            throw action.wrong("Missing required option: '--base=DIR'");
        }
        Path adapter = adapters().get(0).directory();
        String named = String.valueOf(AdapterFiles.read(adapter).config().get("base_model_name_or_path"));
        return directory(named)
                .orElseThrow(() -> PeftException.of(
                        "no-such-directory",
                        "The adapter " + adapter + " was made for '" + named
                                + "', which is no directory on this machine.",
                        "Say where the base model is: --base DIR."));
    }

    private static Optional<Path> directory(String name) {
        try {
            return Optional.of(Path.of(name)).filter(Files::isDirectory);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
