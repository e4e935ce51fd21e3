package org.peft4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page {@code docs/bad-inputs.md} is what the program says today. Where a message was changed on purpose, the property {@code
 * peft.write} has the page written anew: {@code mvn -pl peft-cli -am verify -Dpeft.write=true}.
 */
class BadInputsTests {
    private static final Path PAGE = Cli.repository().resolve("docs/bad-inputs.md");

    @Test
    void thePageOfBadInputsIsWhatTheProgramSays(@TempDir Path directory) throws IOException {
        List<BadInputs.Case> cases = new BadInputs(directory).cases();
        StringBuilder page = new StringBuilder("""
                # Bad inputs

                What the program says to inputs that are wrong in one way each. A test makes them, runs the command and compares this page with
                what was said; `DIR` stands for the directories of its files, `...` for the rest of a long message. Exit code 2: something that was
                given is wrong. No command leaves a stack trace, and nothing that was on the disk is changed. [errors.md](errors.md) explains each code.
                """);
        String part = "";
        for (BadInputs.Case bad : cases) {
            if (!bad.part().equals(part)) {
                part = bad.part();
                page.append("\n## ")
                        .append(part)
                        .append("\n\n| What is wrong | Message | Code | Exit |\n|---|---|---|---|\n");
            }
            page.append(line(bad, directory));
        }
        if (Boolean.getBoolean("peft.write")) {
            Files.writeString(PAGE, page);
        }
        assertThat(cases).hasSizeGreaterThanOrEqualTo(60);
        assertThat(page.toString()).isEqualTo(Files.readString(PAGE));
    }

    private static String line(BadInputs.Case bad, Path directory) {
        Cli.Outcome outcome = Cli.run(bad.args().toArray());
        String said = outcome.err().replaceAll("(?m)^warning: .*\\R", "");
        assertThat(outcome.code()).as(bad.what() + ": " + said).isEqualTo(Main.USER_ERROR);
        assertThat(said).as(bad.what()).doesNotContain("\tat ", "Exception:");
        String code = said.replaceFirst("(?s).*\\n  \\[([a-z0-9-]+)\\]\\s*$", "$1");
        String message = said.replaceFirst("\\n  \\[[a-z0-9-]+\\]\\s*$", "")
                .replaceFirst("^error: ", "")
                .replace(Path.of("").toAbsolutePath().toString(), "DIR")
                .replace(directory.toString(), "DIR")
                .replace(Cli.repository().toString(), "DIR")
                .replaceAll("(weights|config|tokenizer|adapter|sharded)\\d+", "$1")
                .strip()
                .replaceAll("\\s*\\n\\s*", "<br>")
                .replace("|", "\\|");
        String shown = message.length() > 500 ? message.substring(0, 500) + "..." : message;
        String linked = code.length() > 40 ? "" : "[" + code + "](errors.md#" + code + ")";
        return "| " + bad.what() + " | " + shown + " | " + linked + " | " + outcome.code() + " |\n";
    }
}
