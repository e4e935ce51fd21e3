package org.peft4j.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.AdapterFiles;
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.checkpoint.TextTokenizer;
import org.peft4j.config.ConfigDocument;
import org.peft4j.config.ConfigNode;
import org.peft4j.data.Tokenizing;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.AdapterStore;
import org.peft4j.model.BaseModel;
import org.peft4j.model.BatchGenerator;
import org.peft4j.model.Generator;
import org.peft4j.model.MergedWeights;
import org.peft4j.model.Sampling;
import org.peft4j.model.WeightedAdapter;

/** A loaded base model with its tokenizer, and what can be done with adapters on it. */
public final class PeftModel {
    private final BaseModel base;
    private final MethodRegistry methods;

    PeftModel(BaseModel base, MethodRegistry methods) {
        this.base = base;
        this.methods = methods;
    }

    /** The frozen base. */
    public BaseModel base() {
        return base;
    }

    /**
     * The checkpoint's tokenizer.
     *
     * @throws PeftException if the checkpoint has none
     */
    public TextTokenizer tokenizer() {
        return base.checkpoint().tokenizer();
    }

    /** The tokenizer as data uses it. */
    public Tokenizing tokenizing() {
        return Tokenizing.of(tokenizer());
    }

    /**
     * Installs a method with fresh parameters.
     *
     * @param method the method's name
     * @param config its settings; of the method's own record type
     * @param seed of the first values
     * @throws PeftException if there is no such method, or its settings don't fit it or the model
     */
    public Adapter install(String method, Record config, long seed) {
        return install("default", method, config, seed);
    }

    /**
     * Installs a method with fresh parameters.
     *
     * @param name what this adapter is called among several
     */
    public Adapter install(String name, String method, Record config, long seed) {
        return install(methods.method(method).method(), config, name, seed);
    }

    /**
     * Installs the method that a piece of YAML names: {@code {name: lora, rank: 8}}.
     *
     * @param seed of the first values
     * @throws PeftException with what is wrong in the YAML
     */
    public Adapter installYaml(String yaml, long seed) {
        return installYaml("default", yaml, seed);
    }

    /**
     * Installs the method that a piece of YAML names.
     *
     * @param name what this adapter is called among several
     * @throws PeftException with what is wrong in the YAML
     */
    public Adapter installYaml(String name, String yaml, long seed) {
        return installSection(name, ConfigDocument.parse(yaml, "the method").root(), seed);
    }

    /**
     * Installs the method that a configuration's section names.
     *
     * @param name what this adapter is called among several
     * @throws PeftException with what is wrong in the section
     */
    public Adapter installSection(String name, ConfigNode section, long seed) {
        NamedChoice choice = NamedChoice.of("method", section);
        return install(
                name,
                choice.name(),
                choice.bind(methods.method(choice.name()).method().configType()),
                seed);
    }

    private <C extends Record> Adapter install(AdapterMethod<C> method, Record config, String name, long seed) {
        if (!method.configType().isInstance(config)) {
            throw PeftException.of(
                    "wrong-settings",
                    "method " + method.name() + " takes settings of type "
                            + method.configType().getName() + ", not "
                            + config.getClass().getName(),
                    "Give the record that belongs to the method.");
        }
        try {
            return Adapter.install(base, name, method, method.configType().cast(config), seed);
        } catch (PeftException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            if (ours(method)) {
                throw e; // a defect of this program's own
            }
            throw PluginScan.broken(method.getClass(), "failed while it was installed", e);
        }
    }

    private static boolean ours(AdapterMethod<?> method) {
        String name = method.getClass().getModule().getName();
        return name != null && name.startsWith("org.peft4j.");
    }

    /** Loads an adapter, our own or of HuggingFace peft, called {@code default}. */
    public Adapter loadAdapter(Path directory) {
        return loadAdapter(directory, "default");
    }

    /**
     * Loads an adapter, our own or of HuggingFace peft.
     *
     * @param name what it is called among several
     * @throws PeftException if no installed method reads it or it does not fit the base
     */
    public Adapter loadAdapter(Path directory, String name) {
        AdapterFiles files = AdapterFiles.read(directory);
        Object type = files.config().get("peft_type");
        if (!(type instanceof String text)) {
            throw PeftException.of(
                    "adapter-config",
                    directory.resolve(AdapterFiles.CONFIG) + " does not say which 'peft_type' the adapter is of",
                    "Save the adapter again with the program that made it.");
        }
        return AdapterStore.load(
                base, files, name, methods.byPeftType(text, files.config()).method());
    }

    /**
     * Says where an adapter's own record (provenance.json) names other weights as its base than these: of the same shape they are
     * taken, but what the adapter does on them nobody knows. A quantized copy of the base counts as another one.
     *
     * @return a sentence for the user; empty where they are the same, or where nothing is recorded, as in adapters of other programs
     */
    public Optional<String> otherBase(Path adapter) {
        return Provenance.otherBase(adapter, this);
    }

    /** Writes an adapter (or, where its method says so, a whole checkpoint). */
    public void save(Adapter adapter, Path directory) {
        AdapterStore.save(base, adapter, directory);
    }

    /** Writes a checkpoint with adapters folded into its weights. */
    public void merge(List<Adapter> adapters, Path directory, CheckpointWriter.Existing existing) {
        merge(AdaptedModel.of(base, adapters), directory, existing);
    }

    /** Writes a checkpoint with a model's adapters, weighted as they are there, folded into its weights. */
    public void merge(AdaptedModel model, Path directory, CheckpointWriter.Existing existing) {
        MergedWeights merged = new MergedWeights(model);
        CheckpointWriter.writeLike(directory, base.checkpoint(), merged.tensors(), existing);
    }

    /** The base with these adapters active. */
    public AdaptedModel with(Adapter... adapters) {
        return AdaptedModel.of(base, adapters);
    }

    /** The base with these adapters active, each as strongly as its weight says; see {@link AdaptedModel#weighted}. */
    public AdaptedModel with(WeightedAdapter first, WeightedAdapter... more) {
        List<WeightedAdapter> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(more));
        return AdaptedModel.weighted(base, all);
    }

    /** The ids of a prompt, with a begin-of-sequence token where the model wants one. */
    public int[] promptIds(String prompt) {
        return tokenizer().encodeFromBegin(prompt);
    }

    /** Continues a prompt. */
    public String generate(String prompt, Sampling sampling, Adapter... adapters) {
        return generate(prompt, sampling, with(adapters));
    }

    /**
     * Continues a prompt by this base with adapters on it.
     *
     * @return what follows the prompt, the blank it may start with included
     * @throws PeftException {@code context-exceeded} if the prompt leaves no room in the model's context
     */
    public String generate(String prompt, Sampling sampling, AdaptedModel model) {
        int[] ids = promptIds(prompt);
        List<int[]> made = new Generator(model, sampling, tokenizer().eosIds()).generate(List.of(ids), (i, id) -> {});
        return tokenizer().continuation(ids, made.get(0));
    }

    /**
     * Continues many prompts at once, each by adapters of its own: what is frozen runs for all of them together, so that many adapters
     * cost little more than one.
     *
     * @param requests whose models stand on this base
     * @return the continuations, in the requests' order; each is what its model gives alone
     * @throws PeftException {@code context-exceeded} if a prompt is empty or leaves no room in its model's context
     */
    public List<String> generate(List<GenerationRequest> requests, Sampling sampling) {
        for (GenerationRequest r : requests) {
            if (r.model().base() != base) {
                throw new IllegalArgumentException("a request's model stands on another base");
            }
        }
        List<int[]> made = new BatchGenerator(sampling, tokenizer().eosIds())
                .generate(
                        requests.stream()
                                .map(r -> new BatchGenerator.Request(r.model(), promptIds(r.prompt())))
                                .toList(),
                        (i, id) -> {});
        return made.stream().map(tokenizer()::decode).toList();
    }
}
