package org.peft4j.cli;

import java.nio.file.Path;
import java.util.List;
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.model.QuantizedWeights;
import org.peft4j.runtime.CodecRegistry;
import org.peft4j.runtime.Peft;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code peft quantize}. */
@Command(
        name = "quantize",
        description =
                "Write a checkpoint whose linear layers, except the output head, are in a codec's form: a smaller base for"
                        + " training, evaluation and generation.",
        footer = {
            "  peft quantize --model models/tiny --codec nf4 --out models/tiny-nf4",
            "  peft quantize --model models/tiny-nf4 --codec as-is --out models/tiny-decoded",
            "",
            "'peft methods' lists the installed codecs."
        })
final class QuantizeCommand extends Action {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Checkpoint to start from.")
    private Path model;

    @Option(
            names = "--codec",
            required = true,
            paramLabel = "NAME",
            description = "Codec; as-is decodes a quantized one.")
    private String codec;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Directory for the new checkpoint.")
    private Path out;

    @Option(names = "--overwrite", description = "Replace the checkpoint that is there.")
    private boolean overwrite;

    @Mixin
    private ThreadOptions threads;

    @Override
    public Integer call() {
        try (Peft peft = threads.start(this)) {
            var existing = overwrite ? CheckpointWriter.Existing.OVERWRITE : CheckpointWriter.Existing.KEEP;
            if (codec.equals(CodecRegistry.PLAIN)) {
                peft.load(model).merge(List.of(), out, existing);
            } else {
                QuantizedWeights.write(peft.load(model).base(), peft.codecs().codec(codec), out, existing);
            }
        }
        println("Checkpoint written to " + out + ".");
        return Main.OK;
    }
}
