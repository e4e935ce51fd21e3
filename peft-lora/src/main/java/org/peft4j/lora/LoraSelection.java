package org.peft4j.lora;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.peft4j.api.BaseParam;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Role;
import org.peft4j.api.Site;
import org.peft4j.api.Targets;

/** Which sites the settings mean, and with what rank and scale. */
record LoraSelection(LoraConfig config) implements Predicate<Site> {
    @Override
    public boolean test(Site site) {
        if (site.role().kind() != Role.Kind.LINEAR
                || config.excludeModules().test(site)
                || config.modulesToSave().stream().anyMatch(m -> inModule(site.path(), m))) {
            return false;
        }
        Targets targets = config.targetModules();
        // A path written out in full is meant whatever the layers say, as in peft.
        return targets.suffixes().contains(site.path())
                || (targets.test(site)
                        && (config.layers().isEmpty() || config.layers().contains(site.layer())));
    }

    List<Site> sites(ModelShape model) {
        return model.sites(Role.Kind.LINEAR).stream().filter(this).toList();
    }

    int rank(Site site) {
        return first(config.rankPattern(), site, config.rank());
    }

    double scale(Site site) {
        double alpha = first(config.alphaPattern(), site, config.alpha());
        int rank = rank(site);
        return alpha / (config.rslora() ? Math.sqrt(rank) : rank);
    }

    /** The base tensors of the modules trained as a whole. */
    List<BaseParam> saved(ModelShape model) {
        return model.parameters().stream()
                .filter(p -> config.modulesToSave().stream().anyMatch(m -> inModule(p.path(), m)))
                .toList();
    }

    /** Whether an embedding is trained that is the output head as well. */
    boolean tied(ModelShape model) {
        boolean head = model.parameters().stream().anyMatch(p -> p.path().equals("lm_head.weight"));
        return !head && saved(model).stream().anyMatch(p -> p.kind() == BaseParam.Kind.EMBEDDING);
    }

    /** Whether a path is that of the module or lies inside it. */
    static boolean inModule(String path, String module) {
        return ("." + path + ".").contains("." + module + ".");
    }

    static boolean matches(String pattern, Site site) {
        return Pattern.matches("(.*\\.)?(" + pattern + ")", site.path());
    }

    /**
     * The patterns as the file can hold them. Files keep keys in alphabetical order while the first match counts; where sorting
     * would choose another value, each module is written out.
     */
    static <T> Map<String, T> sortable(Map<String, T> patterns, List<Site> sites) {
        Map<String, T> sorted = new TreeMap<>(patterns);
        Map<String, T> exact = new TreeMap<>();
        boolean same = true;
        for (Site site : sites) {
            String pattern = firstKey(patterns, site);
            if (!pattern.isEmpty()) {
                same &= patterns.get(pattern).equals(sorted.get(firstKey(sorted, site)));
                exact.put(site.path().replace(".", "\\."), patterns.get(pattern));
            }
        }
        return same ? sorted : exact;
    }

    /** What the modules' names end in, each once, for messages and lists. */
    static List<String> endings(List<Site> sites) {
        return List.copyOf(new TreeSet<>(sites.stream()
                .map(s -> s.path().substring(s.path().lastIndexOf('.') + 1))
                .toList()));
    }

    private static <T> T first(Map<String, T> patterns, Site site, T otherwise) {
        return patterns.getOrDefault(firstKey(patterns, site), otherwise);
    }

    private static String firstKey(Map<String, ?> patterns, Site site) {
        return patterns.keySet().stream()
                .filter(p -> matches(p, site))
                .findFirst()
                .orElse("");
    }
}
