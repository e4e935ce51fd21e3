package org.peft4j.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.peft4j.api.PeftException;
import org.peft4j.api.WeightCodec;
import org.peft4j.checkpoint.DType;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.BaseModel;

/** Bases whose weights are kept in another form. */
final class StorageChecks {
    private StorageChecks() {}

    static <C extends Record> void everyCodec(Trial<C> trial) {
        List<WeightCodec> codecs = new ArrayList<>(List.of(new RowCodec()));
        codecs.addAll(Codecs.installed());
        for (WeightCodec codec : codecs) {
            works(trial, trial.base(DType.F32, Optional.of(codec)), "a base kept as " + codec.name());
        }
    }

    static <C extends Record> void halves(Trial<C> trial) {
        works(trial, trial.base(DType.F16, Optional.empty()), "a base in F16");
        works(trial, trial.base(DType.BF16, Optional.empty()), "a base in BF16");
    }

    private static <C extends Record> void works(Trial<C> trial, BaseModel base, String what) {
        float[] before = trial.logits(AdaptedModel.of(base));
        Adapter adapter;
        try {
            adapter = trial.moved(base, "adapter", 1);
        } catch (PeftException stated) {
            return; // it needs the weights as they were, and says so
        }
        AdaptedModel model = AdaptedModel.of(base, adapter);
        if (!Trial.finite(trial.logits(model))) {
            throw Trial.fault(
                    "On " + what + " the outputs are not finite numbers.",
                    "What is read of the base's weights must come from Installer.weight or BaseLinear, which decode it.");
        }
        GradientChecks.together(trial, model, adapter, what);
        Steps.run(model, adapter, 2);
        if (Trial.difference(before, trial.logits(AdaptedModel.of(base))) != 0) {
            throw Trial.fault("Training changed " + what + ".", "A frozen weight is never written to.");
        }
    }
}
