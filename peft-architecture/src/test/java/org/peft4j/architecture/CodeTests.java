package org.peft4j.architecture;

import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.core.domain.JavaModifier.STATIC;
import static com.tngtech.archunit.core.domain.JavaModifier.SYNTHETIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.PrintStream;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class CodeTests {
    private static final JavaClasses CODE = new ClassFileImporter()
            .importPaths(Repository.parts().stream()
                    .map(Repository.Part::ownClasses)
                    .filter(java.nio.file.Files::isDirectory)
                    .toList());

    /** The maker of the embedded default is a program of its own, which prints what it made. */
    private static final String MAKER = "org.peft4j.embedded.MakeEmbedded";

    private static final List<Class<?>> CHANGEABLE = List.of(
            AtomicBoolean.class, AtomicInteger.class, AtomicLong.class, AtomicReference.class, StringBuilder.class);

    @Test
    void allModulesAreLookedAt() {
        assertThat(CODE.contain("org.peft4j.api.AdapterMethod")).isTrue();
        assertThat(CODE.contain("org.peft4j.cli.Main")).isTrue();
        assertThat(CODE).hasSizeGreaterThan(300);
    }

    @Test
    void packagesFormNoCycles() {
        slices().matching("org.peft4j.(*)..").should().beFreeOfCycles().check(CODE);
    }

    @Test
    void theSpiStandsOnTheJdksBaseAlone() {
        classes()
                .that()
                .resideInAPackage("org.peft4j.api")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("org.peft4j.api", "java.lang..", "java.util..", "java.nio..", "java.io..")
                .check(CODE);
    }

    @Test
    void methodsSeeTheSpiAlone() {
        classes()
                .that()
                .resideInAnyPackage(
                        "org.peft4j.lora",
                        "org.peft4j.qlora",
                        "org.peft4j.prefix",
                        "org.peft4j.prompt",
                        "org.peft4j.llamaadapter",
                        "org.peft4j.full")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "org.peft4j.api",
                        "org.peft4j.lora",
                        "org.peft4j.qlora",
                        "org.peft4j.prefix",
                        "org.peft4j.prompt",
                        "org.peft4j.llamaadapter",
                        "org.peft4j.full")
                .check(CODE);
    }

    @Test
    void nobodyPrintsButTheCommandLine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.peft4j.cli")
                .and()
                .doNotHaveFullyQualifiedName(MAKER)
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace", PrintStream.class)
                .check(CODE);
    }

    @Test
    void nobodyEndsTheProgramButTheCommandLine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.peft4j.cli")
                .and()
                .doNotHaveFullyQualifiedName(MAKER)
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .check(CODE);
    }

    @Test
    void randomNumbersComeFromASeed() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Random.class, ThreadLocalRandom.class)
                .orShould()
                .callMethod(Math.class, "random")
                .check(CODE);
    }

    @Test
    void staticFieldsDoNotChange() {
        List<JavaField> fields = CODE.stream()
                .flatMap(c -> c.getFields().stream())
                .filter(f ->
                        f.getModifiers().contains(STATIC) && !f.getModifiers().contains(SYNTHETIC))
                .toList();
        assertThat(fields)
                .as("static fields that are assigned more than once")
                .allMatch(f -> f.getModifiers().contains(FINAL));
        assertThat(fields)
                .as("static fields that hold what changes")
                .noneMatch(f -> CHANGEABLE.stream().anyMatch(f.getRawType()::isAssignableTo));
        // A thread's scratch memory for kernels is the one exception: nothing in it outlives a call.
        assertThat(fields)
                .filteredOn(f -> f.getRawType().isAssignableTo(ThreadLocal.class))
                .allMatch(f -> f.getOwner().getPackageName().startsWith("org.peft4j.engine"));
    }

    @Test
    void staticCollectionsCannotBeAddedTo() {
        List<JavaConstructorCall> calls = CODE.stream()
                .flatMap(c -> c.getStaticInitializer().stream())
                .flatMap(i -> i.getConstructorCallsFromSelf().stream())
                .filter(c -> c.getTargetOwner().isAssignableTo(Collection.class)
                        || c.getTargetOwner().isAssignableTo(Map.class))
                .toList();
        assertThat(calls)
                .as("collections made for static fields by a constructor, not by Map.of and the like")
                .isEmpty();
    }
}
