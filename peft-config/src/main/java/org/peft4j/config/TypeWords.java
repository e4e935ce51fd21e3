package org.peft4j.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.peft4j.api.Targets;

/** Types in a user's words. */
final class TypeWords {
    private static final Map<Type, String> SIMPLE = Map.ofEntries(
            Map.entry(boolean.class, "true or false"),
            Map.entry(Boolean.class, "true or false"),
            Map.entry(int.class, "whole number"),
            Map.entry(Integer.class, "whole number"),
            Map.entry(long.class, "whole number"),
            Map.entry(Long.class, "whole number"),
            Map.entry(double.class, "number"),
            Map.entry(Double.class, "number"),
            Map.entry(String.class, "text"),
            Map.entry(Path.class, "path"),
            Map.entry(ConfigNode.class, "section"),
            Map.entry(Targets.class, "list of module names, a regular expression, or all-linear"));

    private TypeWords() {}

    static String of(Type type) {
        if (SIMPLE.containsKey(type)) {
            return SIMPLE.get(type);
        }
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class) {
                return "list of " + several(arguments[0]);
            }
            if (generic.getRawType() == Map.class) {
                return "map of " + several(arguments[1]);
            }
            if (generic.getRawType() == Optional.class) {
                return of(arguments[0]);
            }
        }
        if (type instanceof Class<?> plain && plain.isEnum()) {
            return "one of " + String.join(", ", SettingNames.constants(plain));
        }
        return "section";
    }

    private static String several(Type type) {
        String one = of(type);
        return one.endsWith("number") ? one + "s" : one;
    }
}
