package org.peft4j.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.peft4j.api.PeftException;
import org.peft4j.api.WeightCodec;
import org.peft4j.engine.Precision;
import org.peft4j.model.Storage;

/** The weight codecs on the module path, found by {@link java.util.ServiceLoader}: the program knows none of them by name. */
public final class CodecRegistry {
    /** The name that stands for no codec: weights as the checkpoint has them. */
    public static final String PLAIN = "as-is";

    private final Map<String, WeightCodec> codecs = new TreeMap<>();
    private final List<PeftException> problems = new ArrayList<>();

    private CodecRegistry() {}

    /**
     * Finds all codecs. A plugin that can't be used costs nothing but its own codec: see {@link #problems}.
     *
     * @throws PeftException {@code duplicate-name} if two have one name
     */
    public static CodecRegistry load() {
        CodecRegistry registry = new CodecRegistry();
        PluginScan<WeightCodec> found = PluginScan.of(WeightCodec.class);
        registry.problems.addAll(found.problems());
        found.plugins().forEach(registry::add);
        return registry;
    }

    /** What is wrong with plugins that were left out; each names the jar and the cause. */
    public List<PeftException> problems() {
        return List.copyOf(problems);
    }

    private void add(WeightCodec codec) {
        WeightCodec other = codecs.put(codec.name(), codec);
        if (other != null || codec.name().equals(PLAIN)) {
            throw PeftException.of(
                    "duplicate-name",
                    "the codec name '" + codec.name() + "' of "
                            + codec.getClass().getModule().getName() + " is taken"
                            + (other == null
                                    ? ""
                                    : " by " + other.getClass().getModule().getName()),
                    "Remove one of the two jars.");
        }
    }

    /** All codecs by name. */
    public List<WeightCodec> all() {
        return List.copyOf(codecs.values());
    }

    /**
     * The codec of this name.
     *
     * @throws PeftException {@code unknown-codec} listing those that there are
     */
    public WeightCodec codec(String name) {
        return NamedChoice.find("codec", name, codecs);
    }

    /** How a base is kept: as {@link #PLAIN} says, or encoded by the codec of this name. */
    public Storage storage(String name, Precision precision) {
        return new Storage(all(), name.equals(PLAIN) ? Optional.empty() : Optional.of(codec(name)), precision);
    }
}
