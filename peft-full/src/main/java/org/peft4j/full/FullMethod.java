package org.peft4j.full;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.peft4j.api.AdapterFormat;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.Installer;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Trait;

/** Trains the base model's own tensors: all of them, or one kind (the biases alone are BitFit, Zaken et al. 2022). */
public final class FullMethod implements AdapterMethod<FullConfig> {
    /** For {@link java.util.ServiceLoader}. */
    public FullMethod() {}

    @Override
    public String name() {
        return "full";
    }

    @Override
    public String description() {
        return "Trains the base model's own weights: full fine-tuning, or only its embeddings, norms or biases.";
    }

    @Override
    public Class<FullConfig> configType() {
        return FullConfig.class;
    }

    @Override
    public List<String> problems(FullConfig config, ModelShape model) {
        List<String> problems = new ArrayList<>();
        for (int layer : config.layers()) {
            if (layer >= model.layers()) {
                problems.add("layers: there is no layer " + layer + "; this model's are 0 to " + (model.layers() - 1));
            }
        }
        if (problems.isEmpty() && model.parameters().stream().noneMatch(config::trains)) {
            problems.add("train: this model has no " + config.train() + " in "
                    + (config.layers().isEmpty() ? "any layer" : "layers " + config.layers())
                    + "; what it has is "
                    + model.parameters().stream()
                            .map(p -> p.kind().toString())
                            .distinct()
                            .toList());
        }
        return problems;
    }

    @Override
    public void install(FullConfig config, Installer installer) {
        installer.model().parameters().stream().filter(config::trains).forEach(installer::unfreeze);
    }

    @Override
    public Set<Trait> traits(FullConfig config) {
        return Set.of(Trait.IDENTITY_AT_INIT, Trait.MERGEABLE);
    }

    @Override
    public AdapterFormat<FullConfig> format() {
        return new FullFormat();
    }
}
