package org.peft4j.compare;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.peft4j.api.Setting;
import org.peft4j.config.ConfigNode;
import org.peft4j.engine.Precision;
import org.peft4j.runtime.DataSection;
import org.peft4j.runtime.TrainingSettings;

/**
 * A comparison, as its file describes it: what is common once, and in {@code rows} only what differs.
 *
 * @param title what the report is called
 * @param base checkpoint directory
 * @param storage what the base's linear layers are kept in
 * @param precision of the base's frozen weights that no codec encodes
 * @param data which data, and how it is read
 * @param optimizer the optimizer's name and settings
 * @param schedule the schedule's name and settings
 * @param training how long, and in which portions
 * @param seeds one run of each row for each
 * @param sweep settings to try for rows without a sweep of their own: dotted key to values
 * @param tuning how a sweep's settings are chosen
 * @param generation what is generated from held-out prompts
 * @param general text that the task is not about
 * @param memoryMb most memory of a run
 * @param keepAdapters whether what was trained stays on disk
 * @param rows what is compared
 * @param output directory for the report, the finished units and the adapters
 */
public record ComparisonConfig(
        @Setting(help = "What the report is called.", value = "Methods side by side")
        String title,

        @Setting(help = "Checkpoint directory of the base model (HuggingFace layout).")
        Path base,

        @Setting(
                help = "Codec that the base's frozen linear layers are kept in, for any method; as-is for none.",
                value = "as-is")
        String storage,

        @Setting(help = "Of the base's frozen weights: fp32, bf16 or auto.", value = "auto")
        Precision precision,

        @Setting(help = "Which data, and how it is read.") DataSection data,

        @Setting(help = "The optimizer: its name and its settings.", value = "{name: adamw}")
        ConfigNode optimizer,

        @Setting(help = "The learning rate's schedule: its name and its settings.", value = "{name: constant}")
        ConfigNode schedule,

        @Setting(help = "How long, and in which portions; the same for every row.", value = "{}")
        TrainingSettings training,

        @Setting(help = "Each row is run once with each of these seeds.", value = "[1, 2, 3]")
        List<Long> seeds,

        @Setting(
                help = "Settings to try, for rows without a sweep of their own, as"
                        + " {optimizer.learning-rate: [1e-3, 5e-3]}.",
                value = "{}")
        Map<String, List<ConfigNode>> sweep,

        @Setting(help = "How one of a sweep's settings is chosen.", value = "{}")
        TuningSettings tuning,

        @Setting(help = "What is generated from held-out prompts.", value = "{}")
        GenerationSettings generation,

        @Setting(help = "Text that the task is not about, on which forgetting is measured.", value = "{}")
        GeneralSettings general,

        @Setting(help = "Most memory of a run, in MB; 0 for what the machine has.", value = "0")
        long memoryMb,

        @Setting(help = "Whether what was trained stays in the output directory.", value = "true")
        boolean keepAdapters,

        @Setting(help = "What is compared: a method's name, 'base' for the untouched base, or a section with 'method'.")
        List<ConfigNode> rows,

        @Setting(help = "Directory for the report, the finished units and the adapters.")
        Path output) {
    /** Checks the ranges, and copies the lists. */
    public ComparisonConfig {
        seeds = List.copyOf(seeds);
        rows = List.copyOf(rows);
        if (seeds.isEmpty() || seeds.stream().distinct().count() < seeds.size()) {
            throw new IllegalArgumentException("seeds are at least one, each named once, not " + seeds);
        }
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("rows is empty; name at least one method");
        }
        if (memoryMb < 0) {
            throw new IllegalArgumentException("memory-mb must be 0 or more, not " + memoryMb);
        }
        if (training.seed() != 0) {
            throw new IllegalArgumentException("training has a seed; a comparison's are given by 'seeds'");
        }
    }
}
