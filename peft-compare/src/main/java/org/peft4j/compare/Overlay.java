package org.peft4j.compare;

import java.util.LinkedHashMap;
import java.util.Map;
import org.peft4j.config.ConfigDocument;
import org.peft4j.config.ConfigNode;

/** Lays one section over another; every value keeps the place it comes from. */
final class Overlay {
    private Overlay() {}

    /** The common section with a row's settings over it; a section that names something else replaces the whole. */
    static ConfigNode.Entry lay(ConfigNode.Entry common, ConfigNode.Entry own) {
        ConfigNode.Entries below = section(common.value());
        if (!(own.value() instanceof ConfigNode.Entries above)
                || below.entries().isEmpty()) {
            return own;
        }
        ConfigNode.Entry name = above.entries().get("name");
        boolean other = name != null && !name.value().plain().equals(plainName(below));
        if (other) {
            return own;
        }
        Map<String, ConfigNode.Entry> all = new LinkedHashMap<>(below.entries());
        all.putAll(above.entries());
        return new ConfigNode.Entry(own.keyAt(), new ConfigNode.Entries(all, above.at()));
    }

    private static Object plainName(ConfigNode.Entries section) {
        ConfigNode.Entry name = section.entries().get("name");
        return name == null ? null : name.value().plain();
    }

    /** A section; a name alone is one with nothing else. */
    private static ConfigNode.Entries section(ConfigNode node) {
        if (node instanceof ConfigNode.Entries entries) {
            return entries;
        }
        if (node instanceof ConfigNode.Scalar scalar && !scalar.isEmpty()) {
            return new ConfigNode.Entries(Map.of("name", new ConfigNode.Entry(scalar.at(), scalar)), scalar.at());
        }
        return ConfigNode.Entries.none(node.at());
    }

    /** The sections with one value set; a name alone on the way becomes a section. */
    static ConfigNode.Entries set(ConfigNode.Entries sections, String dottedKey, ConfigNode value) {
        int dot = dottedKey.indexOf('.');
        String key = dot < 0 ? dottedKey : dottedKey.substring(0, dot);
        ConfigNode.Entry old = sections.entries().get(key);
        ConfigNode updated = value;
        if (dot >= 0) {
            ConfigNode.Entries inner = old == null ? ConfigNode.Entries.none(value.at()) : section(old.value());
            updated = set(inner, dottedKey.substring(dot + 1), value);
        }
        Map<String, ConfigNode.Entry> all = new LinkedHashMap<>(sections.entries());
        all.put(key, new ConfigNode.Entry(old == null ? value.at() : old.keyAt(), updated));
        return new ConfigNode.Entries(all, sections.at());
    }

    /** A tree of plain values as a document, to be bound again elsewhere. */
    static ConfigNode.Entries document(Map<String, Object> plain, String source) {
        return ConfigDocument.parse(ConfigDocument.yaml(plain), source).root();
    }
}
