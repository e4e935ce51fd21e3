package org.peft4j.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.peft4j.api.PeftException;
import org.peft4j.api.Trait;
import org.peft4j.checkpoint.Checkpoint;
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.engine.EngineParam;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.BaseModel;
import org.peft4j.model.MergedWeights;

/** Folding the adapter into the base's weights. */
final class MergeChecks {
    private static final double CLOSE = 1e-4;

    private MergeChecks() {}

    static <C extends Record> void merged(Trial<C> trial) throws IOException {
        boolean promised = trial.method().traits(trial.config()).contains(Trait.MERGEABLE);
        Adapter adapter = trial.moved(1);
        float[] hooked = trial.logits(adapter);
        Path place = trial.place();
        try {
            write(trial, adapter, place);
        } catch (PeftException e) {
            if (promised || e.getMessage().isBlank()) {
                throw Trial.fault(
                        "The method says MERGEABLE, but merging is refused: " + e.getMessage(),
                        "Only hooks on linear layers that are affine in their input can be folded in; don't declare the trait"
                                + " under these settings.");
            }
            return;
        }
        BaseModel written = BaseModel.load(trial.base().engine(), Checkpoint.open(place));
        if (Trial.difference(hooked, trial.logits(adapter)) != 0) {
            throw Trial.fault("Merging changed what the adapter does, or the base it is on.", "It only reads both.");
        }
        double off = Trial.difference(hooked, trial.logits(AdaptedModel.of(written)));
        double size = Trial.difference(hooked, new float[hooked.length]);
        if (!(off <= CLOSE * Math.max(1, size))) {
            throw Trial.fault(
                    "The merged checkpoint's logits differ from the adapter's by up to " + off + ".",
                    "Does a hook depend on more than its input, such as the batch or the position?");
        }
    }

    static <C extends Record> void finiteOnly(Trial<C> trial) throws IOException {
        float[] before = trial.logits();
        Adapter adapter = trial.moved(1);
        for (EngineParam p : adapter.parameters().trainable()) {
            float[] values = p.toArray();
            values[0] = Float.NaN;
            p.assign(values);
        }
        Path place = trial.place();
        try {
            write(trial, adapter, place);
        } catch (PeftException e) {
            if (Files.exists(place) || Trial.difference(before, trial.logits()) != 0) {
                throw Trial.fault("A refused merge left something behind at " + place + " or changed the base.", "");
            }
            return;
        }
        throw Trial.fault("An adapter that holds NaN was merged into a checkpoint.", "");
    }

    private static <C extends Record> void write(Trial<C> trial, Adapter adapter, Path place) {
        MergedWeights weights = new MergedWeights(AdaptedModel.of(trial.base(), adapter));
        CheckpointWriter.writeLike(place, trial.base().checkpoint(), weights.tensors(), CheckpointWriter.Existing.KEEP);
    }
}
