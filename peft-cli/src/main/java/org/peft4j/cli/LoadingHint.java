package org.peft4j.cli;

import java.nio.file.Path;
import java.util.List;
import org.peft4j.api.AdapterFormat;
import org.peft4j.model.Adapter;
import org.peft4j.runtime.TrainingPlan;

/** Says where a result lies and how it is used. */
final class LoadingHint {
    private LoadingHint() {}

    static List<String> of(TrainingPlan plan, Path output) {
        if (!plan.together().isEmpty()) {
            return several(plan, output);
        }
        Path base = plan.model().base().checkpoint().directory();
        @SuppressWarnings("unchecked") // An adapter's settings are of its method's type.
        AdapterFormat<Record> format =
                (AdapterFormat<Record>) plan.adapter().method().format();
        if (format.wholeCheckpoint()) {
            Path model = output.resolve("model");
            return List.of(
                    "Checkpoint written to " + model + ". In Python:",
                    "  from transformers import AutoModelForCausalLM",
                    "  model = AutoModelForCausalLM.from_pretrained(" + quoted(model) + ")",
                    "Here: peft generate --base " + model + " --prompt TEXT");
        }
        String here = "Here: peft generate --adapter " + output + " --prompt TEXT";
        if (!format.readByPeft(plan.adapter().config())) {
            return List.of("Adapter written to " + output + ".", here);
        }
        return List.of(
                "Adapter written to " + output + ". In Python:",
                "  from peft import PeftModel; from transformers import AutoModelForCausalLM",
                "  model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(" + quoted(base) + "), "
                        + quoted(output) + ")",
                here);
    }

    private static List<String> several(TrainingPlan plan, Path output) {
        StringBuilder options = new StringBuilder();
        for (Adapter adapter : plan.trainedAdapters()) {
            options.append(
                    adapter.method().format().wholeCheckpoint()
                            ? " --base " + output.resolve("model")
                            : " --adapter " + plan.place(adapter, output));
        }
        return List.of(
                "Adapters written to " + output + ", each into a directory of its own.",
                "Here: peft generate" + options + " --prompt TEXT");
    }

    private static String quoted(Path path) {
        return "\"" + path.toString().replace("\\", "/").replace("\"", "\\\"") + "\"";
    }
}
