package org.peft4j.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who follows docs/howto-new-method.md word by word gets a method that keeps the contract and can be trained. */
class HowtoTests {
    private static final Path PAGE = Distribution.repository().resolve("docs/howto-new-method.md");
    private static final Pattern FILE = Pattern.compile("Replace `([^`]+)` by\\s+```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*)\n(.*?)^```");
    private static final Pattern LINK = Pattern.compile("\\]\\((\\.\\./[^)]+)\\)");

    @TempDir
    private Path scratch;

    private static String page() throws IOException {
        return Files.readString(PAGE);
    }

    /** The files that the page gives, by their paths in the project. */
    private static Map<String, String> files() throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        FILE.matcher(page()).results().forEach(m -> files.put(m.group(1), m.group(2)));
        return files;
    }

    private static List<String> commands() throws IOException {
        return BLOCK.matcher(page())
                .results()
                .filter(m -> m.group(1).isEmpty())
                .flatMap(m -> m.group(2).lines())
                .toList();
    }

    /** A command of the page, run in a distribution of one's own. */
    private static Distribution.Outcome peft(Distribution peft, String command, String... instead) throws Exception {
        String line = commands().stream()
                .filter(c -> c.startsWith(command))
                .findFirst()
                .orElseThrow();
        for (int i = 0; i < instead.length; i += 2) {
            assertThat(line).contains(instead[i]);
            line = line.replace(instead[i], instead[i + 1]);
        }
        Object[] words = Pattern.compile("\"([^\"]*)\"|\\S+")
                .matcher(line.substring("./peft ".length()))
                .results()
                .map(m -> m.group(1) == null ? m.group() : m.group(1))
                .toArray();
        Distribution.Outcome done = peft.run(words);
        assertThat(done.code()).as(line + "\n" + done.err()).isZero();
        return done;
    }

    @Test
    void followedWordByWordItLeadsToAMethodThatTrains() throws Exception {
        Distribution peft = Distribution.in(scratch.resolve("home"));
        Path directory = scratch.resolve("peft-ssf");
        peft(peft, "./peft new-method", "../peft-ssf", directory.toString());
        assertThat(files()).hasSize(3);
        for (Map.Entry<String, String> file : files().entrySet()) {
            assertThat(directory.resolve(file.getKey())).exists();
            Files.writeString(directory.resolve(file.getKey()), file.getValue());
        }

        Project project = Project.compile(directory, scratch.resolve("built"));
        List<Project.Result> results = project.test();

        assertThat(results).filteredOn(Project.Result::failed).isEmpty();
        assertThat(results).hasSizeGreaterThan(50);
        peft.plugin(project.jar(scratch.resolve("peft-ssf-0.1.0.jar")), "peft-ssf-0.1.0.jar");
        assertThat(peft(peft, "./peft methods ssf").out()).contains("org.example.ssf", "init-std");
        peft(peft, "./peft train", "training.steps=100", "training.steps=2 -s samples.checked=2");
        assertThat(peft(peft, "./peft generate").out()).isNotBlank();
    }

    @Test
    void whatThePageNamesIsThere() throws IOException {
        assertThat(LINK.matcher(page())
                        .results()
                        .map(m -> PAGE.resolveSibling(m.group(1)).normalize()))
                .isNotEmpty()
                .allMatch(Files::exists);
        try (Stream<Path> parts = Files.list(Distribution.repository())) {
            List<String> names = parts.map(p -> p.getFileName().toString())
                    .filter(n -> n.startsWith("peft-"))
                    .toList();
            assertThat(Pattern.compile("`(peft-[a-z-]+)`")
                            .matcher(page())
                            .results()
                            .map(m -> m.group(1)))
                    .isSubsetOf(names);
        }
    }
}
