package org.peft4j.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/errors.md} has an entry for each code of a user's error, and no other. */
class ErrorCodesTests {
    private static final Pattern THROWN = Pattern.compile("PeftException\\s*\\.of\\(\\s*([^,]+?)\\s*,");
    private static final Pattern NOTED =
            Pattern.compile("problems\\.add\\(\\s*\"([^\"]+)\",|String VALUE = \"([^\"]+)\"");
    private static final Pattern LITERAL = Pattern.compile("\"([a-z0-9-]+)\"");
    private static final Pattern ENTRY = Pattern.compile("(?m)^### <a id=\"([^\"]+)\"></a>`([^`]+)`$");

    /** Where the code is not a literal: file to the codes it may be. Codes of errors that are passed on are counted at their source. */
    private static final Map<String, Set<String>> COMPUTED = Map.of(
            "ConfigProblems.java", Set.of(),
            "ChatText.java", Set.of(),
            "NamedChoice.java", Set.of("unknown-optimizer", "unknown-schedule", "unknown-codec"));

    @Test
    void everyCodeHasAnEntryAndEveryEntryACode() {
        Set<String> used = used();
        assertThat(used).hasSizeGreaterThan(50).allMatch(c -> c.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*"));
        assertThat(entries()).as("entries of docs/errors.md").containsExactlyInAnyOrderElementsOf(used);
    }

    private static Set<String> used() {
        Set<String> codes = new TreeSet<>();
        for (Path file : Repository.mainSources()) {
            String name = file.getFileName().toString();
            String text = Repository.text(file);
            for (Matcher m = THROWN.matcher(text); m.find(); ) {
                Matcher literal = LITERAL.matcher(m.group(1));
                if (literal.matches()) {
                    codes.add(literal.group(1));
                } else {
                    assertThat(COMPUTED)
                            .as("%s computes a code (%s); list it in this test", file, m.group(1))
                            .containsKey(name);
                    codes.addAll(COMPUTED.get(name));
                }
            }
            if (Stream.of("peft-config", "peft-runtime", "peft-compare").anyMatch(file.toString()::contains)) {
                for (Matcher m = NOTED.matcher(text); m.find(); ) {
                    codes.add(m.group(1) == null ? m.group(2) : m.group(1));
                }
            }
        }
        return codes;
    }

    private static Set<String> entries() {
        Set<String> entries = new TreeSet<>();
        String text = Repository.text(Repository.root().resolve("docs/errors.md"));
        for (Matcher m = ENTRY.matcher(text); m.find(); ) {
            assertThat(m.group(1)).as("anchor and title").isEqualTo(m.group(2));
            assertThat(entries.add(m.group(1)))
                    .as("one entry for %s", m.group(1))
                    .isTrue();
        }
        return entries;
    }
}
