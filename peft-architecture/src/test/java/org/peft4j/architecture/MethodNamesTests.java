package org.peft4j.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.module.ModuleDescriptor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.peft4j.api.AdapterMethod;

/** The core knows no method: a name of one in its code would be the first branch of a switch over methods. */
class MethodNamesTests {
    private static final List<String> CORE = List.of(
            "peft-api",
            "peft-engine",
            "peft-checkpoint",
            "peft-config",
            "peft-data",
            "peft-model",
            "peft-runtime",
            "peft-report",
            "peft-compare",
            "peft-cli");

    /** A comment, a text block, a string literal or a character; only text blocks and literals are captured. */
    private static final Pattern TOKEN = Pattern.compile(
            "//[^\n]*|/\\*.*?\\*/|\"\"\"(.*?)\"\"\"|\"((?:[^\"\\\\\n]|\\\\.)*)\"|'(?:[^'\\\\]|\\\\.)+'",
            Pattern.DOTALL);

    /** Literals that are something else, or are meant: file to the literals. */
    private static final Map<String, Set<String>> EXCEPTIONS = Map.of(
            // Fields of data rows.
            "RowShape.java", Set.of("prompt"),
            "JsonLines.java", Set.of("prompt"),
            "GenerateCommand.java", Set.of("prompt"),
            "Requests.java", Set.of("prompt"),
            // A prompt and what was answered to it.
            "ReportJson.java", Set.of("prompt"),
            "ReportReader.java", Set.of("prompt"));

    @Test
    void noLiteralOfTheCoreIsTheNameOfAMethod() {
        Set<String> names = namesOnDisk();
        assertThat(names).contains("lora", "LORA").hasSizeGreaterThan(10);
        List<String> found = new ArrayList<>();
        for (String part : CORE) {
            for (Path file : Repository.sources(Repository.root().resolve(part).resolve("src/main/java"))) {
                String fileName = file.getFileName().toString();
                for (String literal : literals(Repository.text(file))) {
                    boolean meant = EXCEPTIONS.getOrDefault(fileName, Set.of()).contains(literal);
                    if (names.contains(literal) && !meant) {
                        found.add(part + " " + fileName + ": \"" + literal + "\"");
                    }
                }
            }
        }
        assertThat(found).as("names of methods in the core").isEmpty();
    }

    @Test
    void literalsAreFoundAndCommentsAreNot() {
        String source =
                "/* \"lora\" */ // \"lora\"\nString s = \"full\"; char c = '\"'; // it's\nString t = \"a\\\"b\"; \"\"\"\n block \"\"\"";
        assertThat(literals(source)).containsExactly("full", "a\\\"b", "\n block ");
    }

    private static List<String> literals(String source) {
        List<String> literals = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(source);
        while (matcher.find()) {
            for (int group = 1; group <= 2; group++) {
                if (matcher.group(group) != null) {
                    literals.add(matcher.group(group));
                }
            }
        }
        return literals;
    }

    /** What the methods call themselves in configurations and in adapter files. */
    private static Set<String> namesOnDisk() {
        Set<String> names = new TreeSet<>();
        for (Repository.Part part : Repository.parts()) {
            for (ModuleDescriptor.Provides provides : part.descriptor().provides()) {
                if (provides.service().equals(AdapterMethod.class.getName())) {
                    for (String provider : provides.providers()) {
                        AdapterMethod<?> method = instance(provider);
                        names.add(method.name());
                        names.add(method.format().peftType());
                    }
                }
            }
        }
        return names;
    }

    private static AdapterMethod<?> instance(String provider) {
        try {
            return (AdapterMethod<?>) Class.forName(provider).getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(provider + " lacks a public constructor, or isn't a dependency of these tests", e);
        }
    }
}
