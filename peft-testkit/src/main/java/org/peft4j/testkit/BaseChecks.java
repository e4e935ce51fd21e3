package org.peft4j.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.peft4j.api.Trait;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.AdapterStore;

/** What becomes of the base. */
final class BaseChecks {
    private static final double IDENTICAL = 1e-6;

    private BaseChecks() {}

    static <C extends Record> void identityAtInit(Trial<C> trial) {
        if (!trial.method().traits(trial.config()).contains(Trait.IDENTITY_AT_INIT)) {
            return;
        }
        double off = Trial.difference(trial.logits(), trial.logits(trial.fresh(1)));
        if (!(off <= IDENTICAL)) {
            throw Trial.fault(
                    "The method says IDENTITY_AT_INIT, but freshly installed it changes the logits by up to " + off
                            + ".",
                    "Start a factor at zero (new Init.Zeros()), or don't declare the trait under these settings.");
        }
    }

    static <C extends Record> void untouched(Trial<C> trial) throws IOException {
        Path files = trial.base().checkpoint().directory();
        List<byte[]> bytes = contents(files);
        float[] before = trial.logits();
        Adapter adapter = trial.fresh(1);
        AdaptedModel model = AdaptedModel.of(trial.base(), adapter);
        Steps.run(model, adapter, 3);
        trial.logits(model);
        AdapterStore.save(trial.base(), adapter, trial.place());
        if (Trial.difference(before, trial.logits()) != 0) {
            throw Trial.fault(
                    "After training an adapter, the base without it gives other outputs than before.",
                    "Whatever a method reads of the base is the base's own: copy it (Init.Values, Installer.unfreeze) and never"
                            + " write into a buffer that a CustomOp's forward was handed as input.");
        }
        List<byte[]> now = contents(files);
        for (int i = 0; i < bytes.size(); i++) {
            if (now.size() != bytes.size() || !java.util.Arrays.equals(bytes.get(i), now.get(i))) {
                throw Trial.fault(
                        "Training an adapter changed the files of the base in " + files + ".",
                        "A method must never write there: what it saves goes through its format.");
            }
        }
    }

    private static List<byte[]> contents(Path directory) throws IOException {
        List<byte[]> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                all.add(Files.readAllBytes(file));
            }
        }
        return all;
    }

    static <C extends Record> void topLayersOnly(Trial<C> trial) {
        if (!trial.method().traits(trial.config()).contains(Trait.TOP_LAYERS_ONLY)) {
            return;
        }
        BackwardProbe probe = new BackwardProbe();
        Adapter watching = Adapter.install(trial.base(), "probe", probe, new BackwardProbe.Settings(), 0);
        Adapter adapter = trial.fresh(1);
        Trial.gradients(AdaptedModel.of(trial.base(), watching, adapter), adapter, 0);
        if (probe.reached()) {
            throw Trial.fault(
                    "The method says TOP_LAYERS_ONLY, but gradients flow through the lowest layer.",
                    "It has a parameter or a hook there under these settings, or changes the input of every layer.");
        }
    }
}
