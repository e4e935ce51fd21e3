package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.Checkpoint;
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.checkpoint.DType;
import org.peft4j.checkpoint.ModelConfig;
import org.peft4j.checkpoint.SafetensorsFile;
import org.peft4j.config.ConfigDocument;
import org.peft4j.model.Adapter;
import org.peft4j.model.RandomCheckpoint;
import org.peft4j.runtime.BadNumber;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;
import org.peft4j.runtime.StopReason;
import org.peft4j.runtime.TrainingListener;
import org.peft4j.runtime.TrainingResult;

/** Losses and gradients that are NaN or infinite, and where they come from. */
class BadNumberTests {
    @TempDir
    static Path temporary;

    private static Workshop workshop;
    private static Peft peft;

    @BeforeAll
    static void start() throws IOException {
        workshop = new Workshop(temporary);
        peft = Peft.create(2);
        List<String> rows = new ArrayList<>(Files.readAllLines(workshop.file("train.jsonl")));
        rows.set(12, "{\"prompt\": \"say Q:\", \"completion\": \" Q it is\"}");
        Files.write(workshop.file("train.jsonl"), rows);
    }

    @AfterAll
    static void stop() {
        peft.close();
    }

    /** The base's shape, with an output head of its own: a damaged embedding is then felt by texts that use it alone. */
    private static ModelConfig untied() {
        ModelConfig c = Checkpoint.open(workshop.base()).config();
        return new ModelConfig(
                c.architecture(),
                c.hiddenSize(),
                c.layers(),
                c.heads(),
                c.kvHeads(),
                c.headDim(),
                c.intermediateSize(),
                c.vocabSize(),
                c.maxPositions(),
                c.rmsNormEps(),
                c.ropeTheta(),
                c.ropeScaling(),
                false,
                false,
                false,
                false,
                0,
                0,
                c.bosTokenIds(),
                c.eosTokenIds());
    }

    /** A base with NaN in one element of a tensor. */
    private static Path damagedBase(String tensor, int row, int columns) throws IOException {
        Path base = workshop.file("damaged-" + tensor);
        RandomCheckpoint.write(base, untied(), workshop.base(), DType.F32, 0.2, 7, CheckpointWriter.Existing.KEEP);
        Path weights = base.resolve("model.safetensors");
        long offset = SafetensorsFile.open(weights).entry(tensor).offset();
        try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
            file.seek(offset + 4L * row * columns);
            ByteBuffer nan =
                    ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, Float.NaN);
            file.write(nan.array());
        }
        return base;
    }

    /** A base on which the letter Q alone gives NaN. */
    private static Path baseWithABadLetter() throws IOException {
        int[] ids = peft.load(workshop.base()).tokenizer().encode("Q");
        return damagedBase("model.embed_tokens.weight", ids[ids.length - 1], 32);
    }

    private static TrainingResult train(ConfigDocument run, List<BadNumber> told) {
        return peft.trainer(run, new TrainingListener() {
                    @Override
                    public void badNumber(BadNumber number) {
                        told.add(number);
                    }
                })
                .run();
    }

    @Test
    void aBadRowIsNamedWithItsLineAndThePlaceAndStopsOrIsLeftOut() throws IOException {
        Path base = baseWithABadLetter();
        List<BadNumber> told = new ArrayList<>();

        TrainingResult stopped = train(workshop.run("stopped", "base=" + base), told);

        assertThat(stopped.reason()).isEqualTo(StopReason.DIVERGED);
        assertThat(told).singleElement().satisfies(bad -> {
            assertThat(bad.rows()).containsExactly(workshop.file("train.jsonl") + " line 13");
            assertThat(bad.where()).contains("model.layers.0");
            assertThat(bad.what()).contains("NaN");
            assertThat(bad.step()).isGreaterThan(stopped.steps());
        });
        told.clear();
        TrainingResult skipped = train(
                workshop.run("skipped", "base=" + base, "training.on-bad-number=skip", "training.steps=20"), told);
        assertThat(skipped.reason()).isEqualTo(StopReason.COMPLETED);
        assertThat(skipped.steps()).isEqualTo(20);
        assertThat(told).isNotEmpty().allSatisfy(bad -> assertThat(bad.rows()).hasSize(1));
        assertThat(skipped.after().orElseThrow().loss())
                .isLessThan(skipped.before().orElseThrow().loss());
        assertThat(Files.readAllLines(workshop.file("skipped/metrics.jsonl")))
                .filteredOn(line -> line.contains("bad_number"))
                .hasSize(told.size())
                .allMatch(line -> line.contains("line 13"));
    }

    @Test
    void theFirstBadLayerIsNamedAndLeavingStepsOutEndsWhereItDoesNotHelp() throws IOException {
        Path base = damagedBase("model.layers.1.mlp.down_proj.weight", 0, 64);
        List<BadNumber> told = new ArrayList<>();

        TrainingResult result = train(
                workshop.run("all-bad", "base=" + base, "data.eval=''", "training={on-bad-number: skip, steps: 40}"),
                told);

        assertThat(result.reason()).isEqualTo(StopReason.DIVERGED);
        assertThat(told).hasSize(10);
        assertThat(told.get(0).where()).isEqualTo("the output of model.layers.1.mlp.down_proj");
        assertThat(told.get(0).rows()).hasSizeGreaterThan(1);
    }

    @Test
    void numbersThatTheLastUpdateMadeBadAreNotSaved() throws IOException {
        List<BadNumber> told = new ArrayList<>();

        TrainingResult result = train(
                workshop.run("last", "optimizer.learning-rate=1e39", "training.steps=1", "training.clip=0"), told);

        assertThat(result.reason()).isEqualTo(StopReason.DIVERGED);
        assertThat(told)
                .singleElement()
                .satisfies(bad -> assertThat(bad.where()).contains("lora_"));
        assertThat(peft.load(workshop.base())
                        .loadAdapter(workshop.file("last"))
                        .parameters()
                        .all())
                .allMatch(p -> p.finite());
    }

    @Test
    void aMergeThatWouldHoldBadNumbersIsRefusedAndTheEarlierOneStays() throws IOException {
        PeftModel model = peft.load(workshop.base());
        Adapter adapter = model.installYaml("{name: lora, rank: 2}", 1);
        Path merged = workshop.file("merged");
        model.merge(List.of(adapter), merged, CheckpointWriter.Existing.KEEP);
        byte[] earlier = Files.readAllBytes(merged.resolve("model.safetensors"));
        adapter.parameters().all().forEach(p -> {
            float[] huge = new float[(int) p.size()];
            Arrays.fill(huge, 1e30f);
            p.assign(huge);
        });

        assertThatThrownBy(() -> model.merge(List.of(adapter), merged, CheckpointWriter.Existing.OVERWRITE))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("not finite");

        assertThat(merged.resolve("model.safetensors")).hasBinaryContent(earlier);
        try (Stream<Path> files = Files.list(workshop.file("merged").getParent())) {
            assertThat(files.filter(f -> f.getFileName().toString().startsWith(".merged")))
                    .isEmpty();
        }
    }
}
