package org.peft4j.cli;

import java.nio.file.Path;
import org.peft4j.checkpoint.CheckpointWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code peft merge}. */
@Command(
        name = "merge",
        description = "Fold adapters into the weights of their base: the result is a checkpoint that needs no adapter.",
        footer = {"  peft merge --base models/tiny --adapter runs/a --out models/tiny-merged"})
final class MergeCommand extends Action {
    @Mixin
    private ModelOptions model;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Directory for the new checkpoint.")
    private Path out;

    @Option(names = "--overwrite", description = "Replace the checkpoint that is there.")
    private boolean overwrite;

    @Override
    public Integer call() {
        if (model.adapters().isEmpty()) {
            throw wrong("Missing required option: '--adapter=DIR'");
        }
        try (ModelOptions.Loaded loaded = model.open(this)) {
            loaded.owner()
                    .merge(
                            loaded.model(),
                            out,
                            overwrite ? CheckpointWriter.Existing.OVERWRITE : CheckpointWriter.Existing.KEEP);
        }
        println("Merged checkpoint written to " + out + ".");
        return Main.OK;
    }
}
