package org.peft4j.compare;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.peft4j.config.SettingsBinder;
import org.peft4j.data.DataSettings;
import org.peft4j.data.DataSource;
import org.peft4j.data.Dataset;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.Generator;
import org.peft4j.model.Sampling;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;
import org.peft4j.runtime.RunConfig;
import org.peft4j.runtime.Training;

/**
 * What a unit works with: the base, the method installed on it, and the data.
 *
 * @param peft everything that is installed
 * @param request what is to be done
 * @param run the run's settings
 * @param model the base
 * @param adapter the method's parameters; empty for the untouched base
 */
record UnitSession(Peft peft, UnitRequest request, RunConfig run, PeftModel model, Optional<Adapter> adapter) {
    /** Loads the base, installs the method, and generates one token, so that all of it is really there. */
    static UnitSession start(Peft peft, UnitRequest request) {
        RunConfig run = SettingsBinder.bind(
                RunConfig.class, Overlay.document(request.run(), "row " + request.label()), request.label());
        PeftModel model = peft.load(run.base(), run.storage(), run.precision());
        Optional<Adapter> adapter = request.trained()
                ? Optional.of(model.installSection(
                        "default", run.method(), run.training().seed()))
                : Optional.empty();
        UnitSession session = new UnitSession(peft, request, run, model, adapter);
        session.firstToken();
        return session;
    }

    private void firstToken() {
        int bos = model.tokenizing().bosId();
        new Generator(adapted(), Sampling.greedy(1), Set.of())
                .generate(List.of(new int[] {Math.max(0, bos)}), (index, id) -> {});
    }

    /** The base with the method on it. */
    AdaptedModel adapted() {
        return adapter.map(model::with).orElseGet(model::with);
    }

    /** The run, its data chosen. */
    Training training() {
        Training training = peft.training(model, adapter.orElseThrow(), run);
        if (request.tuningRows() > 0) {
            DataSource all = peft.source(run.data().train(), run.data().reading());
            TuningSplit split = TuningSplit.of(all, request.tuningRows());
            training.data(split.kept()).heldOut(split.setAside());
        }
        return training;
    }

    /** The held-out rows, where there are any. */
    Optional<Dataset> heldOut() {
        if (run.data().eval().isEmpty()) {
            return Optional.empty();
        }
        DataSettings reading = run.data().reading();
        return Optional.of(Dataset.read(
                peft.source(run.data().eval(), reading),
                model.tokenizing(),
                reading.within(adapted().room())));
    }
}
