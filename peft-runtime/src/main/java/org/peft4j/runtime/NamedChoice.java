package org.peft4j.runtime;

import java.util.Collection;
import java.util.Map;
import org.peft4j.api.PeftException;
import org.peft4j.config.ConfigNode;
import org.peft4j.config.NearestName;
import org.peft4j.config.SettingsBinder;

/**
 * A section that names something and gives its settings: {@code {name: lora, rank: 8}} or just the name.
 *
 * @param what what is named, for messages: {@code method}
 * @param name the name
 * @param rest the settings
 */
record NamedChoice(String what, String name, ConfigNode.Entries rest) {
    /** One that is named, or else the usual one: a section may just change its settings. */
    static NamedChoice of(String what, ConfigNode section, String usual) {
        return section instanceof ConfigNode.Entries entries
                        && !entries.entries().containsKey("name")
                ? new NamedChoice(what, usual, entries)
                : of(what, section);
    }

    static NamedChoice of(String what, ConfigNode section) {
        if (section instanceof ConfigNode.Scalar scalar && !scalar.isEmpty()) {
            return new NamedChoice(what, scalar.text(), ConfigNode.Entries.none(scalar.at()));
        }
        if (section instanceof ConfigNode.Entries entries
                && entries.entries().get("name") != null
                && entries.entries().get("name").value() instanceof ConfigNode.Scalar name
                && !name.isEmpty()) {
            return new NamedChoice(what, name.text(), entries.without("name"));
        }
        throw PeftException.of(
                "config",
                section.at() + ": section '" + what + "' does not say which " + what,
                "Write '" + what + ": {name: ...}'.");
    }

    /** The settings as a record. */
    <C extends Record> C bind(Class<C> type) {
        return SettingsBinder.bind(type, rest, what + " " + name);
    }

    /** The one of this name. */
    static <T> T find(String what, String name, Map<String, T> known) {
        T found = known.get(name);
        if (found == null) {
            throw unknown(what, name, known.keySet());
        }
        return found;
    }

    private static PeftException unknown(String what, String name, Collection<String> known) {
        return PeftException.of(
                "unknown-" + what,
                "there is no " + what + " '" + name + "'" + NearestName.question(name, known),
                "Known: " + String.join(", ", known) + ".");
    }
}
