package org.peft4j.lora;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.peft4j.api.BaseParam;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Role;
import org.peft4j.api.Site;
import org.peft4j.api.Targets;

/** Finds every reason why settings cannot work on a model. */
record LoraProblems(LoraConfig config, ModelShape model) {
    List<String> list() {
        List<String> problems = new ArrayList<>();
        named("target-modules", config.targetModules(), problems);
        named("exclude-modules", config.excludeModules(), problems);
        layers(problems);
        List<Site> sites = new LoraSelection(config).sites(model);
        patterns("rank-pattern", config.rankPattern().keySet(), sites, problems);
        patterns("alpha-pattern", config.alphaPattern().keySet(), sites, problems);
        modulesToSave(problems);
        if (problems.isEmpty() && sites.isEmpty()) {
            problems.add("no layer is left to adapt: target-modules " + config.targetModules() + ", exclude-modules "
                    + config.excludeModules() + " and layers " + config.layers() + " have no module in common");
        }
        return problems;
    }

    private void named(String setting, Targets named, List<String> problems) {
        List<Site> linear = model.sites(Role.Kind.LINEAR);
        String candidates = "; this model's linear layers end in " + LoraSelection.endings(linear);
        for (String suffix : named.suffixes()) {
            if (linear.stream().noneMatch(s -> ("." + s.path()).endsWith("." + suffix))) {
                problems.add(setting + ": '" + suffix + "' matches no linear layer" + candidates);
            }
        }
        boolean expression = !named.expression().isEmpty();
        if (expression && linear.stream().noneMatch(named)) {
            problems.add(setting + ": the expression '"
                    + named.expression() + "' has to match a whole path, such as "
                    + linear.get(0).path() + ", and matches none" + candidates);
        }
    }

    private void layers(List<String> problems) {
        for (int layer : config.layers()) {
            if (layer >= model.layers()) {
                problems.add("layers: there is no layer " + layer + "; this model's are 0 to " + (model.layers() - 1));
            }
        }
    }

    private static void patterns(String setting, Set<String> patterns, List<Site> sites, List<String> problems) {
        for (String pattern : patterns) {
            if (sites.stream().noneMatch(s -> LoraSelection.matches(pattern, s))) {
                problems.add(setting + ": '" + pattern + "' matches none of the adapted modules, which end in "
                        + LoraSelection.endings(sites));
            }
        }
    }

    private void modulesToSave(List<String> problems) {
        for (String module : config.modulesToSave()) {
            if (model.parameters().stream().noneMatch(p -> LoraSelection.inModule(p.path(), module))) {
                problems.add("modules-to-save: there is no module '" + module + "'; this model has " + modules()
                        + (module.equals("lm_head") ? " (its output head is tied to the token embedding)" : ""));
            }
        }
    }

    private Set<String> modules() {
        Set<String> names = new TreeSet<>();
        for (BaseParam p : model.parameters()) {
            String[] steps = p.path().split("\\.");
            names.add(steps[Math.max(0, steps.length - 2)]);
        }
        return names;
    }
}
