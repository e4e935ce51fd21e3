package org.peft4j.runtime;

import java.nio.file.Path;
import org.peft4j.api.Setting;
import org.peft4j.config.ConfigNode;
import org.peft4j.engine.Precision;

/**
 * One training run, as a configuration file describes it.
 *
 * @param base checkpoint directory
 * @param storage what the base's linear layers are kept in
 * @param precision of the base's frozen weights that no codec encodes
 * @param method the method's name and settings, or a list of several
 * @param data which data
 * @param optimizer the optimizer's name and settings
 * @param schedule the schedule's name and settings
 * @param training how long
 * @param samples what is generated before and after
 * @param checkpoints what is kept of a run that isn't finished
 * @param output where the result goes
 * @param memoryCheck what is done where the run needs more memory than there is
 * @param overwrite whether a result that is there already may be replaced
 * @param resume whether an unfinished run in the output is gone on with
 */
public record RunConfig(
        @Setting(help = "Checkpoint directory of the base model (HuggingFace layout).")
        Path base,

        @Setting(
                help = "Codec that the base's frozen linear layers are kept in, for any method; as-is for none.",
                value = "as-is")
        String storage,

        @Setting(
                help = "Of the base's frozen weights: fp32; bf16, which halves their memory; auto takes bf16 for those"
                        + " that are large enough where the processor is faster with it.",
                value = "auto")
        Precision precision,

        @Setting(
                help =
                        "The method: its name and its settings. A list of these is trained together, the last one outermost;"
                                + " each adapter gets a directory of its own in the output, called like its method or by 'as'.")
        ConfigNode method,

        @Setting(help = "Which data, and how it is read.") DataSection data,

        @Setting(help = "The optimizer: its name and its settings.", value = "{name: adamw}")
        ConfigNode optimizer,

        @Setting(help = "The learning rate's schedule: its name and its settings.", value = "{name: constant}")
        ConfigNode schedule,

        @Setting(help = "How long, and in which portions.", value = "{}")
        TrainingSettings training,

        @Setting(help = "What is generated before and after.", value = "{}")
        SampleSettings samples,

        @Setting(help = "What is kept of a run that isn't finished.", value = "{}")
        CheckpointSettings checkpoints,

        @Setting(help = "Directory for the result.") Path output,

        @Setting(
                help = "Where the run seems to need more memory than the machine has left: refuse, warn, or off.",
                value = "refuse")
        MemoryCheck memoryCheck,

        @Setting(help = "Whether a result that is there already may be replaced.", value = "false")
        boolean overwrite,

        @Setting(help = "Whether an unfinished run in the output is gone on with, if there is one.", value = "false")
        boolean resume) {}
