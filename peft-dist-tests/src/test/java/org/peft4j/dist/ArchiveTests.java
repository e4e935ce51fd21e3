package org.peft4j.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An archive of loaded classes makes the start faster and changes nothing else, whatever has become of it. */
class ArchiveTests {
    @TempDir
    private static Path scratch;

    private static Distribution peft;
    private static Path archive;
    private static byte[] whole;

    @BeforeAll
    static void make() throws Exception {
        peft = Distribution.copiedTo(scratch.resolve("home"));
        Distribution.Outcome made = peft.makeArchive();
        assertThat(made.code()).as(made.err()).isZero();
        assertThat(made.out() + made.err()).isEmpty();
        archive = archives(peft).get(0);
        whole = Files.readAllBytes(archive);
    }

    @AfterEach
    void asItWas() throws IOException {
        put(archive, whole);
    }

    /** Under a new file: what is mapped into a process must not change. */
    private static void put(Path file, byte[] content) throws IOException {
        Files.deleteIfExists(file);
        Files.write(file, content);
    }

    private static List<Path> archives(Distribution of) throws IOException {
        try (Stream<Path> files = Files.list(of.home().resolve("archive"))) {
            return files.toList();
        }
    }

    /** Whether classes of the program come from an archive. */
    private static boolean used(Distribution of) throws Exception {
        Path log = Files.createTempFile(scratch, "classes", ".log");
        of.run(Map.of("PEFT_JAVA_OPTS", "-Xlog:class+load:file=" + log), "--version");
        return Files.readString(log)
                .lines()
                .anyMatch(l -> l.contains("org.peft4j.cli") && l.contains("shared objects"));
    }

    /** The program works as if there were no archive, and says nothing of it. */
    private static void silentlyLeftAlone(Distribution of) throws Exception {
        assertThat(used(of)).isFalse();
        Distribution.Outcome listed = of.run("methods");
        assertThat(listed.code()).as(listed.err()).isZero();
        assertThat(listed.err()).isEmpty();
        assertThat(listed.out()).startsWith("full\n").contains("\nlora\n", "\nprefix\n");
    }

    @Test
    void classesComeFromTheArchiveAndTheProgramSaysTheSame() throws Exception {
        assertThat(used(peft)).isTrue();
        Distribution.Outcome with = peft.run("methods", "--verbose");
        Distribution.Outcome refused = peft.run("methods", "no-such-method");
        Files.delete(archive);

        assertThat(used(peft)).isFalse();
        assertThat(peft.run("methods", "--verbose")).isEqualTo(with);
        assertThat(peft.run("methods", "no-such-method")).isEqualTo(refused);
    }

    @Test
    void anArchiveOfOtherJarsIsSilentlyLeftAlone() throws Exception {
        Path jar =
                peft.home().resolve("lib").resolve(Distribution.jar("peft-lora").getFileName());
        FileTime time = Files.getLastModifiedTime(jar);
        Files.setLastModifiedTime(jar, FileTime.from(time.toInstant().plusSeconds(60)));
        try {
            silentlyLeftAlone(peft);
        } finally {
            Files.setLastModifiedTime(jar, time);
        }
        assertThat(used(peft)).isTrue();
    }

    @Test
    void anArchiveCutShortIsSilentlyLeftAlone() throws Exception {
        for (int length : new int[] {0, 100, whole.length / 2, whole.length - 2}) {
            put(archive, Arrays.copyOf(whole, length));
            silentlyLeftAlone(peft);
        }
    }

    @Test
    void whatIsNoArchiveIsSilentlyLeftAlone() throws Exception {
        put(archive, "<html>404 Not Found</html>\nwhole\n".getBytes());
        silentlyLeftAlone(peft);

        Files.delete(archive);
        Files.createDirectory(archive);
        silentlyLeftAlone(peft);
    }

    @Test
    void aDirectoryThatHasMovedDoesWithout() throws Exception {
        Distribution moved = Distribution.in(scratch.resolve("moved"));
        Files.createDirectory(moved.home().resolve("archive"));
        Files.copy(archive, moved.home().resolve("archive").resolve(archive.getFileName()));

        Distribution.Outcome listed = moved.run("methods", "lora");

        assertThat(listed.code()).as(listed.err()).isZero();
        assertThat(listed.err()).isEmpty();
        assertThat(listed.out()).contains(moved.home().toString());
    }

    @Test
    void whoeverNamesAnArchiveGetsThatOne() throws Exception {
        Path own = scratch.resolve("own.jsa");

        Distribution.Outcome made = peft.run(Map.of("PEFT_JAVA_OPTS", "-XX:ArchiveClassesAtExit=" + own), "--version");

        assertThat(made.code()).as(made.err()).isZero();
        assertThat(own).isNotEmptyFile();
    }

    @Test
    void whereNothingCanBeWrittenItSaysSoAndTheProgramWorks() throws Exception {
        Distribution readOnly = Distribution.in(scratch.resolve("read-only"));
        // Not even root makes a directory where a file is.
        Files.createFile(readOnly.home().resolve("archive"));

        Distribution.Outcome refused = readOnly.makeArchive();

        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err()).contains("archive can't be written", "bin/peft works without");
        silentlyLeftAlone(readOnly);
    }

    @Test
    void twoThatMakeItAtOnceLeaveOneThatIsWhole() throws Exception {
        Files.delete(archive);
        List<CompletableFuture<Distribution.Outcome>> makers = Stream.of(1, 2)
                .map(i -> CompletableFuture.supplyAsync(() -> making(peft)))
                .toList();

        for (CompletableFuture<Distribution.Outcome> maker : makers) {
            assertThat(maker.get().code()).as(maker.get().err()).isZero();
        }
        assertThat(archives(peft)).hasSize(1);
        assertThat(used(peft)).isTrue();
    }

    private static Distribution.Outcome making(Distribution of) {
        try {
            return of.makeArchive();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
