package org.peft4j.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SourceTests {
    private static final Pattern HAS_TESTS =
            Pattern.compile("(?m)^\\s*@(Test|ParameterizedTest|TestFactory|RepeatedTest)\\b");

    @Test
    void classesWithTestsAreCalledTests() {
        List<Path> files = Repository.parts(d -> true).stream()
                .flatMap(p -> Stream.of("src/test/java", "src/main/java")
                        .flatMap(s -> Repository.sources(p.directory().resolve(s)).stream()))
                .filter(f -> HAS_TESTS.matcher(Repository.text(f)).find())
                .filter(f -> !Repository.text(f).contains("\npublic abstract class ")) // run by what extends it
                .toList();
        assertThat(files)
                .hasSizeGreaterThan(30)
                .as("the build only runs classes of such names")
                .allMatch(f -> f.toString().endsWith("Tests.java"));
    }
}
