package org.peft4j.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestExecutionResult.Status;

/** {@code peft new-method}: a skeleton that compiles, and whose contract leads its author on. */
class NewMethodTests {
    @TempDir
    private Path scratch;

    private Distribution peft;

    @BeforeEach
    void start() throws IOException {
        peft = Distribution.in(scratch.resolve("home"));
    }

    private Path skeleton(String name, Object... more) throws Exception {
        Path directory = scratch.resolve("project");
        Object[] arguments = new Object[4 + more.length];
        System.arraycopy(new Object[] {"new-method", name, "--out", directory}, 0, arguments, 0, 4);
        System.arraycopy(more, 0, arguments, 4, more.length);
        Distribution.Outcome made = peft.run(arguments);
        assertThat(made.code()).as(made.err()).isZero();
        return directory;
    }

    private static void replace(Path file, String old, String by) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(old);
        Files.writeString(file, text.replace(old, by));
    }

    @Test
    void aSkeletonCompilesAndItsContractFailsOnlyWhereTheAuthorMustWrite() throws Exception {
        Path directory = skeleton("my-method2", "--package", "com.acme.mine");
        Project project = Project.compile(directory, scratch.resolve("built"));

        List<Project.Result> results = project.test();

        assertThat(directory.resolve("src/main/java/com/acme/mine/MyMethod2Method.java"))
                .exists();
        Set<String> failed = results.stream()
                .filter(Project.Result::failed)
                .map(Project.Result::name)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(failed).containsExactly("describes itself", "has one parameter at least, all finite");
        assertThat(results)
                .filteredOn(Project.Result::failed)
                .extracting(Project.Result::message)
                .anyMatch(m -> m.startsWith("description() is empty. [describes itself, with MyMethod2Config[")
                        && m.contains("One sentence"))
                .anyMatch(m -> m.contains("creates no trainable parameter") && m.contains("params.param"));
        assertThat(results)
                .filteredOn(r -> r.status() == Status.ABORTED)
                .hasSizeGreaterThan(20)
                .allMatch(r -> r.message().contains("Waits for install(...) to create a parameter"));
    }

    @Test
    void itsJarIsAPluginAtOnce() throws Exception {
        Project project = Project.compile(skeleton("my-method"), scratch.resolve("built"));

        peft.plugin(project.jar(scratch.resolve("mine.jar")), "mine.jar");

        assertThat(peft.run("methods", "my-method").out()).contains("org.example.mymethod", "target-modules");
    }

    @Test
    void aParameterThatNothingUsesIsWhatTheContractSaysNext() throws Exception {
        Path directory = skeleton("mine");
        Path method = directory.resolve("src/main/java/org/example/mine/MineMethod.java");
        replace(method, "return \"\";", "return \"Scales outputs.\";");
        replace(
                method,
                "return (x, base, ops) -> base.apply(x);",
                "params.param(\"scale\", new org.peft4j.api.Init.Ones(), site.out()); return (x, base, ops) -> base.apply(x);");

        List<Project.Result> results =
                Project.compile(directory, scratch.resolve("built")).test();

        assertThat(results)
                .filteredOn(Project.Result::failed)
                .extracting(Project.Result::message)
                .anyMatch(m -> m.contains("q_proj.scale never gets a gradient") && m.contains("Is it used"))
                .anyMatch(m -> m.contains("outputs are what they were"));
        assertThat(results).noneMatch(r -> r.status() == Status.ABORTED);
    }

    @Test
    void whatCannotBeAMethodIsRefused() throws Exception {
        assertRefused("'My_Method' can't be a method's name", "My_Method");
        assertRefused("there is a method 'lora' already", "lora");
        assertRefused("'org.example.new' can't be a package's name", "new");
        assertRefused("'Acme Inc' can't be a package's name", "mine", "--package", "Acme Inc");
        Path taken = Files.createDirectories(scratch.resolve("taken"));
        Files.writeString(taken.resolve("file"), "mine");
        assertRefused("is there already", "mine", "--out", taken);
        assertThat(taken.resolve("pom.xml")).doesNotExist();
    }

    private void assertRefused(String said, Object... arguments) throws Exception {
        Object[] all = new Object[arguments.length + 1];
        all[0] = "new-method";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        Distribution.Outcome refused = peft.run(all);
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains(said);
    }
}
