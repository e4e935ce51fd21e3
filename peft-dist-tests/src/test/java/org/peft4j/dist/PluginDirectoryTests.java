package org.peft4j.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Methods come and go with their jars. */
class PluginDirectoryTests {
    private static final Path IA3 = Distribution.repository().resolve("examples/peft-ia3");

    @TempDir
    private Path scratch;

    private Distribution peft;

    @BeforeEach
    void start() throws IOException {
        peft = Distribution.in(scratch.resolve("home"));
    }

    private Path ia3() throws IOException {
        return Project.compile(IA3, scratch.resolve("ia3")).jar(scratch.resolve("ia3.jar"));
    }

    /** The same method in another package and module. */
    private Path otherIa3() throws IOException {
        Path copy = scratch.resolve("other");
        try (Stream<Path> files = Files.walk(IA3.resolve("src"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = copy.resolve(IA3.relativize(file));
                Files.createDirectories(target.getParent());
                Files.writeString(target, Files.readString(file).replace("org.example.ia3", "com.acme.ia3"));
            }
        }
        return Project.compile(copy, scratch.resolve("other-classes")).jar(scratch.resolve("other.jar"));
    }

    @Test
    void everyMethodIsListedWithModuleVersionSettingsAndDefaults() throws Exception {
        Distribution.Outcome listed = peft.run("methods", "--verbose");

        assertThat(listed.code()).as(listed.err()).isZero();
        assertThat(listed.out())
                .contains("full:", "llama-adapter:", "lora:", "prefix:", "prompt:", "qlora:")
                .contains("module org.peft4j.prefix 0.1.0", "virtual-tokens", "default ")
                .contains("peft_type PREFIX_TUNING");
    }

    @Test
    void aJarInPluginsIsAMethod() throws Exception {
        assertThat(peft.run("methods").out()).doesNotContain("ia3");

        peft.plugin(ia3(), "whatever-it-is-called.jar");

        Distribution.Outcome listed = peft.run("methods", "ia3");
        assertThat(listed.code()).as(listed.err()).isZero();
        assertThat(listed.out())
                .contains("module org.example.ia3", "whatever-it-is-called.jar", "feedforward-modules", "[down_proj]");
    }

    @Test
    void withoutAModulesJarItsMethodIsGone() throws Exception {
        assertThat(peft.run("methods").out()).contains("\nprefix\n");

        peft.remove("peft-prefix");

        Distribution.Outcome listed = peft.run("methods");
        assertThat(listed.code()).as(listed.err()).isZero();
        assertThat(listed.out()).doesNotContain("\nprefix\n").contains("\nprompt\n", "\nlora\n");
        assertThat(peft.run("methods", "prefix").err()).contains("there is no method 'prefix'", "prompt");
    }

    /** The example as the plugin {@code broken}, with a place of its source changed. */
    private Path broken(String jar, String from, String to) throws IOException {
        Path copy = scratch.resolve(jar + "-source");
        try (Stream<Path> files = Files.walk(IA3.resolve("src/main"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = copy.resolve(IA3.relativize(file));
                Files.createDirectories(target.getParent());
                String text = Files.readString(file)
                        .replace("org.example.ia3", "com.acme.broken")
                        .replace("return \"ia3\"", "return \"broken\"");
                Files.writeString(target, text.replace(from, to));
            }
        }
        return Project.compile(copy, scratch.resolve(jar + "-classes")).jar(scratch.resolve(jar));
    }

    @Test
    void aPluginThatThrowsInItsConstructorIsNamedAndCostsNothingElse() throws Exception {
        String start = "AdapterMethod<Ia3Config> {\n";
        Path jar = broken(
                "throws.jar",
                start,
                start + "public Ia3Method() { throw new IllegalStateException(\"no licence\"); }\n");
        peft.plugin(jar, "throws.jar");

        Distribution.Outcome listed = peft.run("methods");

        assertThat(listed.code()).as(listed.err()).isZero();
        assertThat(listed.out()).contains("\nlora\n", "\nprefix\n").doesNotContain("\nbroken\n");
        assertThat(listed.err())
                .contains("com.acme.broken.Ia3Method", "throws.jar", "no licence")
                .doesNotContain("\tat ");
    }

    @Test
    void aPluginThatThrowsInInstallIsNamed() throws Exception {
        peft.plugin(
                broken(
                        "install.jar",
                        "        installer.linear(",
                        "        List.of().get(3);\n        installer.linear("),
                "install.jar");
        Path base = Distribution.repository().resolve("fixtures/models/llama-gqa");

        Distribution.Outcome refused = peft.run("bench", "--method", "broken", "--base", base, "--seq", "8");

        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err())
                .contains(
                        "com.acme.broken.Ia3Method", "install.jar", "failed while it was installed", "[broken-plugin]")
                .doesNotContain("\tat ");
        assertThat(peft.run(
                                "bench",
                                "--method",
                                "lora",
                                "--base",
                                base,
                                "--seq",
                                "8",
                                "-s",
                                "target-modules=all-linear")
                        .code())
                .isZero();
    }

    @Test
    void twoMethodsOfOneNameAreAnErrorThatNamesBothJars() throws Exception {
        peft.plugin(ia3(), "one.jar");
        peft.plugin(otherIa3(), "two.jar");

        Distribution.Outcome refused = peft.run("methods");

        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err())
                .contains("two plugins are called 'ia3'", "one.jar", "two.jar", "[duplicate-method]")
                .doesNotContain("\tat ");
    }

    @Test
    void twoJarsWithOneModuleAreAnErrorThatNamesBoth() throws Exception {
        Path jar = ia3();
        peft.plugin(jar, "ia3-1.jar");
        peft.plugin(jar, "ia3-2.jar");

        Distribution.Outcome refused = peft.run("methods");

        assertThat(refused.code()).isNotZero();
        // Java itself refuses this, before the program starts.
        assertThat(refused.out() + refused.err()).contains("org.example.ia3", "ia3-1.jar", "ia3-2.jar");
    }

    @Test
    void aJarThatTheProgramsOwnHidesIsAnErrorThatNamesBoth() throws Exception {
        peft.plugin(Distribution.jar("peft-prompt"), "prompt-newer.jar");

        Distribution.Outcome refused = peft.run("methods");

        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("org.peft4j.prompt", "prompt-newer.jar", "lib/peft-prompt");
    }
}
