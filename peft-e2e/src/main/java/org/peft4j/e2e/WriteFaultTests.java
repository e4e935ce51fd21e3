package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.checkpoint.DType;
import org.peft4j.checkpoint.Fingerprint;
import org.peft4j.model.Adapter;
import org.peft4j.model.QuantizedWeights;
import org.peft4j.model.RandomCheckpoint;
import org.peft4j.runtime.AdamWSettings;
import org.peft4j.runtime.CheckpointSettings;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;
import org.peft4j.runtime.TrainingListener;
import org.peft4j.runtime.TrainingSettings;

/** Each operation on files fails once, for every writer of the program: what was there before is there, or what was to be written. */
class WriteFaultTests {
    /** Each how manieth operation fails; 1 takes some minutes. */
    private static final int STRIDE = Integer.getInteger("peft.faults.stride", 7);

    @TempDir
    static Path temporary;

    private static Workshop workshop;
    private static Peft peft;
    private static PeftModel model;
    private static Adapter first;
    private static Adapter second;

    private final Faults faults = new Faults();
    private final FaultyFiles files = new FaultyFiles(faults);

    @BeforeAll
    static void start() {
        workshop = new Workshop(temporary);
        peft = Peft.create(2);
        model = peft.load(workshop.base());
        first = adapter(2);
        second = adapter(3);
    }

    private static Adapter adapter(int rank) {
        Adapter adapter = model.installYaml("{name: lora, rank: " + rank + "}", rank);
        SplittableRandom random = new SplittableRandom(rank);
        adapter.parameters().all().forEach(p -> {
            float[] values = new float[(int) p.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (0.1 * random.nextGaussian());
            }
            p.assign(values);
        });
        return adapter;
    }

    @AfterAll
    static void stop() {
        peft.close();
    }

    /** Writes the first or the second of two results to a place. */
    private interface Writer {
        void write(Path target, boolean other);
    }

    /** All the program's results that replace an earlier one. */
    enum Result {
        ADAPTER((target, other) -> model.save(other ? second : first, target)),
        MERGED((target, other) ->
                model.merge(List.of(other ? second : first), target, CheckpointWriter.Existing.OVERWRITE)),
        QUANTIZED((target, other) -> QuantizedWeights.write(
                model.base(),
                peft.codecs().codec(other ? "nf4" : "int8"),
                target,
                CheckpointWriter.Existing.OVERWRITE)),
        NEW_MODEL((target, other) -> RandomCheckpoint.write(
                target,
                model.base().checkpoint().config(),
                workshop.base(),
                DType.F32,
                0.1,
                other ? 2 : 1,
                CheckpointWriter.Existing.OVERWRITE));

        private final Writer writer;

        Result(Writer writer) {
            this.writer = writer;
        }
    }

    /** The hashes of the files that a reader takes, by name. */
    private static TreeMap<String, String> content(Path directory) throws IOException {
        TreeMap<String, String> hashes = new TreeMap<>();
        if (Files.isDirectory(directory)) {
            try (Stream<Path> list = Files.list(directory)) {
                list.filter(Files::isRegularFile)
                        .forEach(f -> hashes.put(f.getFileName().toString(), Fingerprint.of(f)));
            }
        }
        hashes.keySet().removeIf(n -> n.endsWith(".tmp"));
        List<String> kept =
                hashes.keySet().stream().filter(n -> n.endsWith(".earlier")).toList();
        for (String name : kept) {
            String hash = hashes.remove(name);
            if (kept.size() == 2) {
                hashes.put(name.substring(1, name.length() - ".earlier".length()), hash);
            }
        }
        return hashes;
    }

    @ParameterizedTest
    @EnumSource(Result.class)
    void whereverAWriteFailsTheOldResultIsThereOrTheNewOne(Result result) throws IOException {
        for (Faults.Kind kind : Faults.Kind.values()) {
            String name = result.name() + "-" + kind;
            Path real = Files.createDirectories(workshop.file(name)).resolve("result");
            Path target = files.path(real);
            faults.none();
            result.writer.write(target, true);
            TreeMap<String, String> newOne = content(real);
            int failures = 0;
            for (long operation = 0; ; operation += STRIDE) {
                faults.none();
                result.writer.write(
                        target, false); // which also shows that the failure before leaves nothing in the way
                TreeMap<String, String> oldOne = content(real);
                assertThat(oldOne).isNotEqualTo(newOne);
                faults.plan(kind, operation);
                if (!fails(() -> result.writer.write(target, true), name + " at operation " + operation)
                        && faults.seen() <= operation) {
                    break;
                }
                failures++;
                Path replaced = real.resolveSibling(".result.replaced");
                TreeMap<String, String> now = content(Files.exists(real) ? real : replaced);
                assertThat(now).as("%s at operation %s", name, operation).isIn(oldOne, newOne);
            }
            assertThat(failures).as(name).isGreaterThan(12 / STRIDE);
        }
    }

    /** Whether it failed; if so, with the program's own error that says what to do. */
    private static boolean fails(Runnable write, String what) {
        try {
            write.run();
            return false;
        } catch (PeftException e) {
            assertThat(e.code()).as(what).isEqualTo("cannot-write");
            assertThat(e).as(what).hasMessageContaining("\n  ");
            return true;
        } catch (Faults.Killed e) {
            return true;
        }
    }

    private void train(Path output, boolean resume) {
        Adapter adapter = model.installYaml("{name: lora, rank: 2, dropout: 0.1}", 4);
        peft.training(model, adapter)
                .data(workshop.file("train.jsonl"))
                .heldOut(workshop.file("valid.jsonl"))
                .optimizer("adamw", AdamWSettings.of(1e-2))
                .settings(TrainingSettings.defaults().withSteps(4).withPatience(2, 9))
                .checkpoints(CheckpointSettings.defaults().withEvery(1))
                .output(output)
                .resume(resume)
                .overwrite(resume) // where it fails after its end
                .run(new TrainingListener() {});
    }

    @ParameterizedTest
    @EnumSource(Faults.Kind.class)
    void whereverARunFailsItCanBeGoneOnWithToTheSameBits(Faults.Kind kind) throws IOException {
        faults.none();
        train(workshop.file("whole-" + kind), false);
        String whole = Fingerprint.of(workshop.file("whole-" + kind).resolve("adapter_model.safetensors"));
        int failures = 0;
        for (long operation = 0; ; operation += STRIDE) {
            String name = kind + " at operation " + operation;
            Path real = workshop.file("run-" + kind + "-" + operation);
            faults.plan(kind, operation);
            if (!fails(() -> train(files.path(real), false), name) && faults.seen() <= operation) {
                break;
            }
            failures++;
            faults.none();
            train(files.path(real), true);
            assertThat(Fingerprint.of(real.resolve("adapter_model.safetensors")))
                    .as(name)
                    .isEqualTo(whole);
            assertThat(Files.readAllLines(real.resolve("metrics.jsonl")))
                    .as(name)
                    .hasSize(4 + 3);
            try (Stream<Path> left = Files.walk(real)) {
                assertThat(left.filter(f -> f.toString().endsWith(".tmp")))
                        .as("left by %s", name)
                        .isEmpty();
            }
        }
        assertThat(failures).isGreaterThan(100 / STRIDE);
    }
}
