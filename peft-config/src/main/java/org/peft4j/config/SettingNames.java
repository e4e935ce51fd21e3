package org.peft4j.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How names of Java read in a configuration file. */
final class SettingNames {
    private SettingNames() {}

    /** {@code targetModules} as {@code target-modules}, {@code useHTTPCache} as {@code use-http-cache}. */
    static String kebab(String camel) {
        return camel.replaceAll("([a-z0-9])([A-Z])", "$1-$2")
                .replaceAll("([A-Z])([A-Z][a-z])", "$1-$2")
                .toLowerCase(Locale.ROOT);
    }

    /** An enum's constant as a setting's value. */
    static String constant(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** All values of an enum. */
    static List<String> constants(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(c -> constant((Enum<?>) c))
                .toList();
    }
}
