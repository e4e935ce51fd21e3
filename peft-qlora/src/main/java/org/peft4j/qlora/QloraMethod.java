package org.peft4j.qlora;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.peft4j.api.AdapterEntries;
import org.peft4j.api.AdapterFormat;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.EncodedWeight;
import org.peft4j.api.Installer;
import org.peft4j.api.MatrixSource;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Role;
import org.peft4j.api.Site;
import org.peft4j.api.Trait;
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
        return "LoRA over a base whose frozen weights are kept in 4 bits (QLoRA, Dettmers et al. 2023).";
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
        Nf4Codec codec = new Nf4Codec(config.doubleQuantization());
        Predicate<Site> stored = stored(config);
        installer.storage(stored, codec);
        new LoraMethod()
                .install(
                        config.lora(),
                        installer,
                        site -> stored.test(site)
                                ? new Decoded(codec.encode(installer.weight(site)))
                                : installer.weight(site));
    }

    /** Not the identity: the stored base differs from the checkpoint by the rounding. */
    @Override
    public Set<Trait> traits(QloraConfig config) {
        return Set.of(Trait.MERGEABLE);
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

    /** What a stored weight really is. */
    private record Decoded(EncodedWeight weight) implements MatrixSource {
        @Override
        public long rows() {
            return weight.rows();
        }

        @Override
        public long cols() {
            return weight.cols();
        }

        @Override
        public void read(long firstRow, int rowCount, float[] into, int offset) {
            weight.decode(firstRow, rowCount, into, offset);
        }
    }

    /** LoRA's file with two entries of our own, which other programs pass over: to them it is a LoRA adapter like any other. */
    private record Format(AdapterFormat<LoraConfig> lora) implements AdapterFormat<QloraConfig> {
        private static final String MODULES = "nf4_modules";
        private static final String DOUBLE = "nf4_double_quantization";

        Format() {
            this(new LoraMethod().format());
        }

        @Override
        public String peftType() {
            return lora.peftType();
        }

        @Override
        public boolean readByPeft(QloraConfig config) {
            return true;
        }

        @Override
        public Map<String, Object> write(QloraConfig config, ModelShape model) {
            Map<String, Object> entries = new LinkedHashMap<>(lora.write(config.lora(), model));
            entries.put(MODULES, AdapterEntries.entry(config.quantizedModules()));
            entries.put(DOUBLE, config.doubleQuantization());
            return entries;
        }

        @Override
        public QloraConfig read(Map<String, Object> file, ModelShape model) {
            Map<String, Object> rest = new LinkedHashMap<>(file);
            Map<String, Object> own = new LinkedHashMap<>();
            for (String key : List.of(MODULES, DOUBLE)) {
                if (rest.containsKey(key)) {
                    own.put(key, rest.remove(key));
                }
            }
            QloraConfig plain = QloraConfig.of(lora.read(rest, model));
            AdapterEntries entries = AdapterEntries.of("qlora", own);
            return entries.read(() -> entries.isSet(MODULES)
                    ? new QloraConfig(plain.lora(), entries.targets(MODULES), entries.flag(DOUBLE))
                    : plain);
        }
    }
}
