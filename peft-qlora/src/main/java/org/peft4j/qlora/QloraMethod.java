package org.peft4j.qlora;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.peft4j.api.AdapterEntries;
import org.peft4j.api.AdapterFormat;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.EncodedWeight;
import org.peft4j.api.Installer;
import org.peft4j.api.MatrixSource;
import org.peft4j.api.ModelShape;
import org.peft4j.api.PeftException;
import org.peft4j.api.Role;
import org.peft4j.api.Site;
import org.peft4j.api.Trait;
import org.peft4j.api.WeightCodec;
import org.peft4j.lora.LoraConfig;
import org.peft4j.lora.LoraMethod;

/** QLoRA (Dettmers et al. 2023): LoRA over a frozen base in 4-bit NormalFloat. */
public final class QloraMethod implements AdapterMethod<QloraConfig> {
    /** For {@link java.util.ServiceLoader}. */
    public QloraMethod() {}

    @Override
    public String name() {
        return "qlora";
    }

    @Override
    public String description() {
        return "LoRA over a base whose frozen weights are kept in 4 or 8 bits (QLoRA, Dettmers et al. 2023).";
    }

    @Override
    public Class<QloraConfig> configType() {
        return QloraConfig.class;
    }

    @Override
    public List<String> problems(QloraConfig config, ModelShape model) {
        List<String> problems = new ArrayList<>(new LoraMethod().problems(config.lora(), model));
        if (model.sites(Role.Kind.LINEAR).stream().noneMatch(stored(config))) {
            problems.add("quantized-modules: " + config.quantizedModules()
                    + " matches no frozen linear layer; this model has, for example, "
                    + model.sites(Role.Kind.LINEAR).stream()
                            .map(Site::path)
                            .limit(7)
                            .toList());
        }
        return problems;
    }

    @Override
    public void install(QloraConfig config, Installer installer) {
        WeightCodec codec = config.quantization().codec(config.doubleQuantization());
        Predicate<Site> stored = stored(config);
        if (config.init() == QloraInit.LORA) {
            installer.storage(stored, codec);
            new LoraMethod().install(config.lora(), installer);
            return;
        }
        Set<Site> started = new HashSet<>();
        new LoraMethod().install(config.lora(), installer, (site, rank, scale) -> {
            if (!stored.test(site)) {
                return Optional.empty();
            }
            LoftQ loftq = LoftQ.of(installer.weight(site), codec, rank, scale, config.loftqIterations());
            installer.storage(site::equals, new Prepared(codec.name(), loftq.weight()));
            requireStored(installer.weight(site), loftq.weight());
            started.add(site);
            return Optional.of(loftq.factors());
        });
        Predicate<Site> rest = stored.and(site -> !started.contains(site));
        if (installer.model().sites(Role.Kind.LINEAR).stream().anyMatch(rest)) {
            installer.storage(rest, codec);
        }
    }

    private static void requireStored(MatrixSource found, EncodedWeight wanted) {
        float[] row = new float[Math.toIntExact(wanted.cols())];
        float[] own = row.clone();
        found.read(0, 1, row, 0);
        wanted.decode(0, 1, own, 0);
        if (!Arrays.equals(row, own)) {
            throw PeftException.of(
                    "method-does-not-fit",
                    "method qlora: init is loftq, which needs the weights before quantization, but this base is quantized"
                            + " already",
                    "Start from the full checkpoint, or leave init at lora.");
        }
    }

    /** A weight that is encoded already. */
    private record Prepared(String name, EncodedWeight weight) implements WeightCodec {
        @Override
        public EncodedWeight encode(MatrixSource source) {
            return weight;
        }
    }

    /** Not the identity: the stored base differs from the checkpoint by the rounding. */
    @Override
    public Set<Trait> traits(QloraConfig config) {
        return config.lora().dora() ? Set.of(Trait.MERGEABLE, Trait.APPROXIMATE_GRADIENT) : Set.of(Trait.MERGEABLE);
    }

    @Override
    public AdapterFormat<QloraConfig> format() {
        return new Format();
    }

    /** Modules that are trained as a whole stay as they are. */
    private static Predicate<Site> stored(QloraConfig config) {
        return site -> site.role().kind() == Role.Kind.LINEAR
                && config.quantizedModules().test(site)
                && config.lora().modulesToSave().stream()
                        .noneMatch(m -> ("." + site.path() + ".").contains("." + m + "."));
    }

    /** LoRA's file with entries of our own, which other programs pass over: to them it is a LoRA adapter like any other. */
    private record Format(AdapterFormat<LoraConfig> lora) implements AdapterFormat<QloraConfig> {
        private static final String MODULES = "qlora_modules";
        private static final String QUANTIZATION = "qlora_quantization";
        private static final String DOUBLE = "qlora_double_quantization";
        private static final String LOFTQ = "qlora_loftq_iterations";

        Format() {
            this(new LoraMethod().format());
        }

        @Override
        public String peftType() {
            return lora.peftType();
        }

        @Override
        public boolean owns(Map<String, Object> entries) {
            return entries.containsKey(MODULES);
        }

        @Override
        public boolean readByPeft(QloraConfig config) {
            return true;
        }

        @Override
        public Map<String, Object> write(QloraConfig config, ModelShape model) {
            Map<String, Object> entries = new LinkedHashMap<>(lora.write(config.lora(), model));
            entries.put(MODULES, AdapterEntries.entry(config.quantizedModules()));
            entries.put(QUANTIZATION, config.quantization().name().toLowerCase(Locale.ROOT));
            entries.put(DOUBLE, config.doubleQuantization());
            if (config.init() == QloraInit.LOFTQ) {
                entries.put(LOFTQ, config.loftqIterations());
            }
            return entries;
        }

        @Override
        public QloraConfig read(Map<String, Object> file, ModelShape model) {
            Map<String, Object> rest = new LinkedHashMap<>(file);
            Map<String, Object> own = new LinkedHashMap<>();
            for (String key : List.of(MODULES, QUANTIZATION, DOUBLE, LOFTQ)) {
                if (rest.containsKey(key)) {
                    own.put(key, rest.remove(key));
                }
            }
            QloraConfig plain = QloraConfig.of(lora.read(rest, model));
            AdapterEntries entries = AdapterEntries.of("qlora", own);
            return entries.read(() -> entries.isSet(MODULES) ? own(plain.lora(), entries) : plain);
        }

        private static QloraConfig own(LoraConfig lora, AdapterEntries entries) {
            String kind = entries.text(QUANTIZATION, "nf4");
            Quantization quantization = Arrays.stream(Quantization.values())
                    .filter(q -> q.name().toLowerCase(Locale.ROOT).equals(kind))
                    .findFirst()
                    .orElseThrow(() -> entries.unsupported(QUANTIZATION, "there is no such quantization"));
            int iterations = entries.integer(LOFTQ, 0);
            return new QloraConfig(
                    lora,
                    entries.targets(MODULES),
                    quantization,
                    entries.flag(DOUBLE),
                    iterations > 0 ? QloraInit.LOFTQ : QloraInit.LORA,
                    Math.max(1, iterations));
        }
    }
}
