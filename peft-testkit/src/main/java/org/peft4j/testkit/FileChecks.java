package org.peft4j.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.AdapterFiles;
import org.peft4j.checkpoint.Checkpoint;
import org.peft4j.checkpoint.TensorSource;
import org.peft4j.engine.EngineParam;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.AdapterStore;
import org.peft4j.model.BaseModel;

/** What is written, and what is made of it when it is read. */
final class FileChecks {
    /** A header, and its entries' names. */
    private static final long BESIDE_VALUES = 64 * 1024;

    private FileChecks() {}

    static <C extends Record> void roundTrip(Trial<C> trial) throws IOException {
        Adapter adapter = trial.moved(1);
        float[] before = trial.logits(adapter);
        Path place = save(trial, adapter);
        if (trial.method().format().wholeCheckpoint()) {
            BaseModel written = BaseModel.load(trial.base().engine(), Checkpoint.open(place));
            compare(adapter, Trial.difference(before, trial.logits(AdaptedModel.of(written))));
            return;
        }
        Adapter loaded = load(trial, place);
        for (EngineParam p : adapter.parameters().all()) {
            EngineParam other = loaded.parameters().get(p.key());
            if (p.spec().saved() && (other == null || !Arrays.equals(p.toArray(), other.toArray()))) {
                throw Trial.fault(
                        "Parameter " + p.key() + " is saved, but a loaded adapter "
                                + (other == null ? "has no such parameter." : "has other values of it."),
                        "The settings that the format reads have to install the same parameters as those it wrote.");
            }
        }
        compare(adapter, Trial.difference(before, trial.logits(loaded)));
    }

    private static void compare(Adapter adapter, double off) {
        if (off == 0) {
            return;
        }
        List<String> lost = adapter.parameters().all().stream()
                .filter(p -> !p.spec().saved())
                .map(EngineParam::key)
                .toList();
        throw Trial.fault(
                "Saved and loaded, the adapter changes the logits by up to " + off + ".",
                lost.isEmpty()
                        ? "Does install or a hook use something that neither the settings nor the saved tensors hold?"
                        : "These parameters are not saved: " + lost
                                + ". Save them (not ParamSpec.unsaved()), or write what"
                                + " follows from them by Installer.derived.");
    }

    static <C extends Record> void ownTensorsOnly(Trial<C> trial) throws IOException {
        if (trial.method().format().wholeCheckpoint()) {
            return;
        }
        Adapter adapter = trial.moved(1);
        AdapterFiles files = AdapterFiles.read(save(trial, adapter));
        long values =
                adapter.parameters().all().stream().mapToLong(EngineParam::size).sum();
        long size = Files.size(files.directory().resolve(AdapterFiles.WEIGHTS));
        long derived = files.tensors().names().stream()
                .filter(n -> adapter.parameters().get(n) == null)
                .mapToLong(n -> files.tensors().entry(n).elements())
                .sum();
        if (files.tensors().names().isEmpty()) {
            throw Trial.fault(
                    "The adapter's file holds no tensor.", "Every parameter is unsaved and nothing is derived.");
        }
        if (size > 4 * (values + derived) + BESIDE_VALUES) {
            throw Trial.fault(
                    "The adapter's file takes " + size + " bytes for " + (values + derived) + " values.",
                    "Only the adapter's own tensors belong into it.");
        }
    }

    static <C extends Record> void strict(Trial<C> trial) throws IOException {
        if (trial.method().format().wholeCheckpoint()) {
            return;
        }
        AdapterFiles files = AdapterFiles.read(save(trial, trial.moved(1)));
        if (files.tensors().names().isEmpty()) {
            return; // the check of its own tensors says so
        }
        List<TensorSource> all = new ArrayList<>();
        files.tensors().names().forEach(n -> all.add(TensorSource.copyOf(files.tensors(), n, n)));
        String first = files.tensors().names().get(0);

        refused(trial, files, all.subList(1, all.size()), first, "lacks " + first);
        List<TensorSource> more = new ArrayList<>(all);
        more.add(TensorSource.of("surplus.weight", new float[] {1}, 1));
        refused(trial, files, more, "surplus.weight", "holds surplus.weight besides");
        List<TensorSource> other = new ArrayList<>(all.subList(1, all.size()));
        other.add(TensorSource.of(first, new float[] {1, 2, 3, 4, 5, 6, 7}, 7));
        refused(trial, files, other, first, "has " + first + " in another shape");
    }

    private static <C extends Record> void refused(
            Trial<C> trial, AdapterFiles files, List<TensorSource> tensors, String named, String what)
            throws IOException {
        Path place = trial.place();
        AdapterFiles.write(place, files.config(), tensors);
        try {
            load(trial, place);
        } catch (PeftException e) {
            if (e.getMessage().contains(named)) {
                return;
            }
            throw Trial.fault("A file that " + what + " is refused without naming the tensor: " + e.getMessage(), "");
        }
        throw Trial.fault(
                "A file that " + what + " is loaded as if it were whole.",
                "Tensors whose absence doesn't matter can only be parameters that aren't saved.");
    }

    static <C extends Record> void settingsRoundTrip(Trial<C> trial) throws IOException {
        if (trial.method().format().wholeCheckpoint()) {
            return;
        }
        Adapter adapter = trial.fresh(1);
        Path first = save(trial, adapter);
        Adapter loaded = load(trial, first);
        if (AdapterFiles.read(first).tensors().names().stream()
                .anyMatch(n -> adapter.parameters().get(n) == null)) {
            return; // what is derived stands for parameters that a loaded adapter needn't have
        }
        Set<String> keys = keys(adapter);
        if (!keys.equals(keys(loaded))) {
            throw Trial.fault(
                    "The settings read from a file install other parameters than those it was written with: "
                            + keys(loaded) + " instead of " + keys + ".",
                    "A setting is missing from the format's write or read.");
        }
        Path second = save(trial, loaded);
        String was = Files.readString(first.resolve(AdapterFiles.CONFIG));
        String is = Files.readString(second.resolve(AdapterFiles.CONFIG));
        if (!was.equals(is)) {
            throw Trial.fault(
                    "Written, read and written again, the settings differ:\n" + was + "\n" + is,
                    "A setting is read as something else than was written.");
        }
    }

    private static Set<String> keys(Adapter adapter) {
        Set<String> keys = new TreeSet<>();
        adapter.parameters().all().forEach(p -> keys.add(p.key() + " " + p));
        return keys;
    }

    static <C extends Record> void finiteOnly(Trial<C> trial) throws IOException {
        Adapter adapter = trial.moved(1);
        EngineParam p = adapter.parameters().trainable().get(0);
        float[] values = p.toArray();
        values[0] = Float.NaN;
        p.assign(values);
        Path place = trial.place();
        try {
            AdapterStore.save(trial.base(), adapter, place);
        } catch (PeftException e) {
            return;
        }
        throw Trial.fault("An adapter whose " + p.key() + " holds NaN was saved to " + place + ".", "");
    }

    static <C extends Record> Path save(Trial<C> trial, Adapter adapter) throws IOException {
        Path place = trial.place();
        AdapterStore.save(trial.base(), adapter, place);
        return place;
    }

    static <C extends Record> Adapter load(Trial<C> trial, Path place) {
        return AdapterStore.load(trial.base(), AdapterFiles.read(place), "loaded", trial.method());
    }
}
