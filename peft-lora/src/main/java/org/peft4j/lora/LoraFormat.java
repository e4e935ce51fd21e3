package org.peft4j.lora;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.peft4j.api.AdapterEntries;
import org.peft4j.api.AdapterFormat;
import org.peft4j.api.BaseParam;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Role;
import org.peft4j.api.Site;
import org.peft4j.api.Targets;

/** LoRA's entries as HuggingFace peft 0.21 writes them. */
final class LoraFormat implements AdapterFormat<LoraConfig> {
    /** What peft can do with LoRA and this method cannot; null in files that do not use it. */
    private static final List<String> UNUSED = List.of(
            "alora_invocation_tokens",
            "arrow_config",
            "corda_config",
            "eva_config",
            "kasa_config",
            "layer_replication",
            "layers_pattern",
            "lora_ga_config",
            "megatron_config",
            "monteclora_config",
            "target_parameters",
            "trainable_token_indices",
            "use_bdlora",
            "velora_config");

    @Override
    public String peftType() {
        return "LORA";
    }

    @Override
    public boolean readByPeft(LoraConfig config) {
        return true;
    }

    @Override
    public Map<String, Object> write(LoraConfig config, ModelShape model) {
        LoraSelection selection = new LoraSelection(config);
        List<Site> sites = selection.sites(model);
        Map<String, Object> entries = new LinkedHashMap<>();
        UNUSED.forEach(key -> entries.put(key, null));
        entries.put("r", config.rank());
        entries.put("lora_alpha", AdapterEntries.entry(config.alpha()));
        entries.put("lora_dropout", config.dropout());
        entries.put("target_modules", AdapterEntries.entry(expanded(config.targetModules(), model)));
        entries.put("exclude_modules", AdapterEntries.entry(config.excludeModules()));
        entries.put("layers_to_transform", config.layers().isEmpty() ? null : config.layers());
        entries.put("rank_pattern", LoraSelection.sortable(config.rankPattern(), sites));
        Map<String, Object> alphas = new LinkedHashMap<>();
        LoraSelection.sortable(config.alphaPattern(), sites)
                .forEach((pattern, alpha) -> alphas.put(pattern, AdapterEntries.entry(alpha)));
        entries.put("alpha_pattern", alphas);
        entries.put("use_rslora", config.rslora());
        entries.put("init_lora_weights", config.init() == LoraInit.GAUSSIAN ? "gaussian" : (Object) true);
        entries.put("use_dora", config.dora());
        entries.put("modules_to_save", config.modulesToSave().isEmpty() ? null : fileModules(config, model));
        entries.put("ensure_weight_tying", selection.tied(model));
        entries.put("bias", "none");
        entries.put("fan_in_fan_out", false);
        entries.put("loftq_config", Map.of());
        entries.put("lora_bias", false);
        entries.put("megatron_core", "megatron.core");
        entries.put("qalora_group_size", 16);
        entries.put("use_qalora", false);
        return entries;
    }

    @Override
    public LoraConfig read(Map<String, Object> file, ModelShape model) {
        AdapterEntries entries = AdapterEntries.of("lora", file);
        LoraConfig config = entries.read(() -> settings(entries, model));
        boolean tied = new LoraSelection(config).tied(model);
        if (tied && !entries.flag("ensure_weight_tying")) {
            throw entries.unsupported(
                    "modules_to_save",
                    "it trains the token embedding apart from the output head, which are one tensor in this checkpoint"
                            + " (only with ensure_weight_tying they stay one)");
        }
        return config;
    }

    /** A file may exclude what this model doesn't have; only a setting's author wants to hear of it. */
    private static Targets present(Targets excluded, ModelShape model) {
        if (!excluded.expression().isEmpty()) {
            return model.sites(Role.Kind.LINEAR).stream().anyMatch(excluded) ? excluded : Targets.none();
        }
        return Targets.of(excluded.suffixes().stream()
                .filter(s -> model.sites(Role.Kind.LINEAR).stream().anyMatch(Targets.of(s)))
                .toList());
    }

    private static LoraConfig settings(AdapterEntries entries, ModelShape model) {
        // The first is of use in training only, the others without use_qalora and megatron_config of none.
        entries.ignore("ensure_weight_tying", "qalora_group_size", "megatron_core");
        if (!entries.text("bias", "none").equals("none")) {
            throw entries.unsupported("bias", "biases of the base are not trained");
        }
        if (!List.of("layers").containsAll(entries.texts("layers_pattern"))) {
            throw entries.unsupported("layers_pattern", "the layers are those under 'layers'");
        }
        LoraConfigBuilder builder = LoraConfig.builder()
                .rank(entries.integer("r"))
                .alpha(entries.number("lora_alpha", 8))
                .dropout(entries.number("lora_dropout", 0))
                .targetModules(entries.targets("target_modules"))
                .excludeModules(present(entries.targets("exclude_modules"), model))
                .layers(entries.integers("layers_to_transform"))
                .alphaPattern(entries.numbers("alpha_pattern"))
                .rankPattern(ranks(entries))
                .rslora(entries.flag("use_rslora"))
                .dora(entries.flag("use_dora"))
                .modulesToSave(ownModules(entries.texts("modules_to_save"), model))
                .init(init(entries));
        return builder.build();
    }

    private static Map<String, Integer> ranks(AdapterEntries entries) {
        Map<String, Integer> ranks = new LinkedHashMap<>();
        entries.numbers("rank_pattern").forEach((pattern, rank) -> {
            if (rank != rank.intValue()) {
                throw new IllegalArgumentException(
                        "rank_pattern gives " + pattern + " rank " + rank + ", not a whole number");
            }
            ranks.put(pattern, rank.intValue());
        });
        return ranks;
    }

    /** Starts that leave the base as it is are all one to a loaded adapter; the others have changed the base's weights. */
    private static LoraInit init(AdapterEntries entries) {
        if (entries.value("init_lora_weights") instanceof Boolean) {
            return LoraInit.KAIMING;
        }
        String start = entries.text("init_lora_weights", "").toLowerCase(Locale.ROOT);
        if (start.equals("gaussian")) {
            return LoraInit.GAUSSIAN;
        }
        if (start.equals("orthogonal")) {
            return LoraInit.KAIMING;
        }
        throw entries.unsupported("init_lora_weights", "it changes the base's weights or needs a program of its own");
    }

    /** peft cannot keep {@code all-linear} in a file either: the path endings it stands for. */
    private static Targets expanded(Targets targets, ModelShape model) {
        if (!targets.equals(Targets.allLinear())) {
            return targets;
        }
        return Targets.of(LoraSelection.endings(
                model.sites(Role.Kind.LINEAR).stream().filter(targets).toList()));
    }

    /** peft takes any ending of the text, so that {@code norm} means {@code input_layernorm} too: where that differs, whole paths. */
    private static List<String> fileModules(LoraConfig config, ModelShape model) {
        return config.modulesToSave().stream()
                .flatMap(m -> byDots(m, model).equals(byText(m, model)) ? Stream.of(m) : byDots(m, model).stream())
                .toList();
    }

    private static List<String> ownModules(List<String> names, ModelShape model) {
        return names.stream()
                .flatMap(m -> byDots(m, model).equals(byText(m, model)) ? Stream.of(m) : byText(m, model).stream())
                .toList();
    }

    private static TreeSet<String> byDots(String name, ModelShape model) {
        TreeSet<String> found = modules(model);
        found.removeIf(path -> !("." + path).endsWith("." + name));
        return found;
    }

    private static TreeSet<String> byText(String name, ModelShape model) {
        TreeSet<String> found = modules(model);
        found.removeIf(path -> !path.endsWith(name));
        return found;
    }

    private static TreeSet<String> modules(ModelShape model) {
        TreeSet<String> paths = new TreeSet<>();
        for (BaseParam p : model.parameters()) {
            for (int end = p.path().lastIndexOf('.'); end > 0; end = p.path().lastIndexOf('.', end - 1)) {
                paths.add(p.path().substring(0, end));
            }
        }
        return paths;
    }
}
