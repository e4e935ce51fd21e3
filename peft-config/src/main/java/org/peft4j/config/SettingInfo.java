package org.peft4j.config;

import java.util.List;

/**
 * One setting, as lists and help texts show it.
 *
 * @param key its key in a configuration file, in kebab-case
 * @param type its type in words: {@code whole number}, {@code list of text}
 * @param defaultText the default as it would be written in a file; empty where there is none
 * @param required whether the user has to give a value
 * @param help what it does; empty where the record doesn't say
 * @param nested the settings of a section; empty for anything else
 */
public record SettingInfo(
        String key, String type, String defaultText, boolean required, String help, List<SettingInfo> nested) {
    /** Copies the list. */
    public SettingInfo {
        nested = List.copyOf(nested);
    }
}
