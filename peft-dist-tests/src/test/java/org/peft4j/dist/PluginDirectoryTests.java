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

    /** A copy of the example's sources, its places changed: each to what stands behind it. */
    private Path changed(String name, String... changes) throws IOException {
        Path copy = scratch.resolve(name + "-source");
        try (Stream<Path> files = Files.walk(IA3.resolve("src/main"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = copy.resolve(IA3.relativize(file));
                Files.createDirectories(target.getParent());
                String text = Files.readString(file);
                for (int i = 0; i < changes.length; i += 2) {
                    text = text.replace(changes[i], changes[i + 1]);
                }
                Files.writeString(target, text);
            }
        }
        return copy;
    }

    private Path jar(String name, Path source, Path... modules) throws IOException {
        return Project.compile(source, scratch.resolve(name + "-classes"), modules)
                .jar(scratch.resolve(name));
    }

    /** The same method in another package and module. */
    private Path otherIa3() throws IOException {
        return jar("other.jar", changed("other", "org.example.ia3", "com.acme.ia3"));
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
        return jar(
                jar,
                changed(jar, "org.example.ia3", "com.acme.broken", "return \"ia3\"", "return \"broken\"", from, to));
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

        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err())
                .contains("org.example.ia3 is in two jars", "ia3-1.jar", "ia3-2.jar", "[duplicate-method]")
                .doesNotContain("\tat ");
    }

    @Test
    void aJarThatTheProgramsOwnHidesIsAnErrorThatNamesBoth() throws Exception {
        peft.plugin(Distribution.jar("peft-prompt"), "prompt-newer.jar");

        Distribution.Outcome refused = peft.run("methods");

        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("org.peft4j.prompt", "prompt-newer.jar", "lib/peft-prompt");
    }

    /** The methods listed, and what was said of a jar; the program works as without it. */
    private String leftOut(String jar) throws Exception {
        Distribution.Outcome listed = peft.run("methods");
        assertThat(listed.code()).as(listed.err()).isZero();
        assertThat(listed.out()).contains("\nlora\n", "\nprefix\n");
        assertThat(listed.err()).contains("warning: the plugin", jar).doesNotContain("\tat ");
        return listed.err();
    }

    @Test
    void aFileThatIsNoJarIsNamedAndCostsNothingElse() throws Exception {
        Path file = Files.writeString(scratch.resolve("page.jar"), "<html>404 Not Found</html>");
        peft.plugin(file, "page.jar");
        peft.plugin(ia3(), "ia3.jar");

        assertThat(leftOut("page.jar")).contains("is no Java module");
        assertThat(peft.run("methods").out()).contains("\nia3\n");
    }

    @Test
    void aJarCutShortIsNamed() throws Exception {
        byte[] whole = Files.readAllBytes(ia3());
        Path cut = Files.write(scratch.resolve("cut.jar"), java.util.Arrays.copyOf(whole, whole.length / 2));
        peft.plugin(cut, "cut.jar");

        assertThat(leftOut("cut.jar")).contains("is no Java module");
    }

    @Test
    void aJarWhoseNameMakesNoModuleIsNamed() throws Exception {
        Path jar = scratch.resolve("1.jar");
        try (var out = new java.util.jar.JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new java.util.zip.ZipEntry("a/B.class"));
        }
        peft.plugin(jar, "1.jar");

        assertThat(leftOut("1.jar")).contains("is no Java module");
    }

    @Test
    void aPackageThatAnotherModuleHasIsNoHindrance() throws Exception {
        Path source =
                changed("split", "org.example.ia3", "org.peft4j.lora", "module org.peft4j.lora", "module com.acme");
        peft.plugin(jar("split.jar", source), "split.jar");

        assertThat(peft.run("methods", "ia3").out()).contains("module com.acme", "split.jar");
    }

    @Test
    void aPluginWithoutWhatItRequiresIsNamed() throws Exception {
        Path library = scratch.resolve("library");
        Files.createDirectories(library.resolve("src/main/java/com/acme/numbers"));
        Files.writeString(
                library.resolve("src/main/java/module-info.java"),
                "/** Numbers. */ module com.acme.numbers { exports com.acme.numbers; }");
        Files.writeString(
                library.resolve("src/main/java/com/acme/numbers/Two.java"),
                "package com.acme.numbers; /** Two. */ public final class Two { private Two() {} }");
        Path numbers = jar("numbers.jar", library);
        Path source = changed("needs", "    requires", "    requires com.acme.numbers;\n    requires");
        peft.plugin(jar("needs.jar", source, numbers), "needs.jar");

        assertThat(leftOut("needs.jar")).contains("com.acme.numbers");
        peft.plugin(numbers, "numbers.jar");
        assertThat(peft.run("methods").out()).contains("\nia3\n");
        assertThat(peft.run("methods").err()).isEmpty();
    }

    @Test
    void aModuleThatProvidesNothingIsNamed() throws Exception {
        Path source = changed(
                "silent", "    provides org.peft4j.api.AdapterMethod with\n            org.example.ia3.Ia3Method;", "");
        peft.plugin(jar("silent.jar", source), "silent.jar");

        assertThat(leftOut("silent.jar")).contains("provides no method");
    }

    @Test
    void aDirectoryThatIsNamedTwiceIsOne() throws Exception {
        peft.plugin(ia3(), "ia3.jar");

        Distribution.Outcome listed = peft.runWithPlugins(scratch.resolve("home/plugins"), "methods");

        assertThat(listed.code()).as(listed.err()).isZero();
        assertThat(listed.out()).contains("\nia3\n");
    }
}
