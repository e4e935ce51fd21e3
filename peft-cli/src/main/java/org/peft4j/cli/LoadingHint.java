package org.peft4j.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.peft4j.api.AdapterFormat;
import org.peft4j.runtime.TrainingPlan;

/** Says where a result lies and how it is used. */
final class LoadingHint {
    /** The kinds of adapter that HuggingFace peft reads. */
    private static final Set<String> KNOWN_TO_PEFT =
            Set.of("LORA", "PREFIX_TUNING", "PROMPT_TUNING", "ADAPTION_PROMPT", "IA3");

    private LoadingHint() {}

    static List<String> of(TrainingPlan plan, Path output) {
        Path base = plan.model().base().checkpoint().directory();
        AdapterFormat<?> format = plan.adapter().method().format();
        if (format.wholeCheckpoint()) {
            Path model = output.resolve("model");
            return List.of(
                    "Checkpoint written to " + model + ". In Python:",
                    "  from transformers import AutoModelForCausalLM",
                    "  model = AutoModelForCausalLM.from_pretrained(" + quoted(model) + ")",
                    "Here: peft generate --base " + model + " --prompt TEXT");
        }
        String here = "Here: peft generate --adapter " + output + " --prompt TEXT";
        if (!KNOWN_TO_PEFT.contains(format.peftType())) {
            return List.of("Adapter written to " + output + ".", here);
        }
        return List.of(
                "Adapter written to " + output + ". In Python:",
                "  from peft import PeftModel; from transformers import AutoModelForCausalLM",
                "  model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(" + quoted(base) + "), "
                        + quoted(output) + ")",
                here);
    }

    private static String quoted(Path path) {
        return "\"" + path.toString().replace("\\", "/").replace("\"", "\\\"") + "\"";
    }
}
