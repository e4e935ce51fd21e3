package org.peft4j.cli;

import java.nio.file.Path;
import java.util.List;
import org.peft4j.config.ConfigDocument;
import org.peft4j.config.ConfigNode;
import org.peft4j.embedded.EmbeddedDefault;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.StopReason;
import org.peft4j.runtime.Trainer;
import org.peft4j.runtime.TrainingResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code peft train}. */
@Command(
        name = "train",
        description = {
            "Train a method on a base model, as a configuration file says.",
            "Without a file: train LoRA on the small model that comes with the program, below ./runs/default."
        },
        footer = {
            "  peft train",
            "  peft train run.yaml",
            "  peft train run.yaml -s method.rank=16 -s training.steps=200 --out runs/rank16",
            "",
            "A configuration, as short as it gets:",
            "  base: models/tiny",
            "  method: {name: lora, rank: 8}",
            "  data: {train: train.jsonl, eval: valid.jsonl}",
            "  training: {steps: 400, batch-size: 16}",
            "  output: runs/first",
            "'peft settings' lists everything that it can say, 'peft methods NAME' a method's settings.",
            "Ctrl-C (or SIGTERM) finishes the step, saves the adapter and a checkpoint and ends; a second one ends at once.",
            "The same command with --resume goes on with a run that was stopped, killed or cut off, to the same bits."
        })
final class TrainCommand extends Action {
    private static final List<String> NAMED = List.of("method", "optimizer", "schedule");
    private static final Path DEFAULT = Path.of("runs", "default");
    private static final Path DEFAULT_RESULT = DEFAULT.resolve("adapter");

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "Configuration in YAML; paths in it are relative to here.")
    private Path file;

    @Option(
            names = {"-s", "--set"},
            paramLabel = "KEY=VALUE",
            description = "Set a value of the configuration, for example method.rank=16.")
    private List<String> settings;

    @Option(names = "--out", paramLabel = "DIR", description = "Directory for the result, instead of the file's.")
    private Path out;

    @Option(names = "--overwrite", description = "Replace a result that is there already.")
    private boolean overwrite;

    @Option(names = "--resume", description = "Go on with an unfinished run in the output, if there is one.")
    private boolean resume;

    @Mixin
    private ThreadOptions threads;

    @Option(names = "--quiet", description = "Print the outcome only.")
    private boolean quiet;

    @Option(names = "--json", description = "Print the outcome as one JSON object; all else goes to standard error.")
    private boolean json;

    @Override
    public Integer call() {
        ConfigDocument document = overridden(file == null ? embedded() : ConfigDocument.read(file));
        Screen shown = json ? screen().resultsToErr() : screen();
        try (Peft peft = threads.start(this)) {
            TrainReport report = new TrainReport(shown, quiet);
            Trainer trainer = prepared(peft, document, report);
            Interruption interruption = Interruption.during(trainer::stop, screen());
            TrainingResult result = run(trainer, report, interruption);
            if (json) {
                printJson(report.summary(result));
            }
            return exitCode(result.reason(), interruption);
        }
    }

    private Trainer prepared(Peft peft, ConfigDocument document, TrainReport report) {
        Interruption early = Interruption.beforeAnythingIsMade(screen());
        try {
            return peft.trainer(document, report);
        } finally {
            early.close();
        }
    }

    private static TrainingResult run(Trainer trainer, TrainReport report, Interruption interruption) {
        try {
            return trainer.run();
        } finally {
            interruption.close();
            report.close();
        }
    }

    private static int exitCode(StopReason reason, Interruption interruption) {
        return switch (reason) {
            case COMPLETED, NO_PROGRESS -> Main.OK;
            case INTERRUPTED -> interruption.exitCode();
            case DIVERGED -> Main.USER_ERROR;
        };
    }

    private ConfigDocument overridden(ConfigDocument document) {
        ConfigDocument result = document;
        for (String s : settings == null ? List.<String>of() : settings) {
            result = opened(result, s).withOverride(s);
        }
        if (out != null) {
            result = result.with("output", json(out.toString()));
        }
        if (resume) {
            result = result.with("resume", "true");
        }
        return overwrite || demonstration(result) ? result.with("overwrite", "true") : result;
    }

    /** A section that is just a name, as in {@code method: lora}, gets room for the setting that is to be changed. */
    private static ConfigDocument opened(ConfigDocument document, String setting) {
        String section = setting.split("[.=]", 2)[0];
        ConfigNode.Entry entry = document.root().entries().get(section);
        return NAMED.contains(section)
                        && setting.startsWith(section + ".")
                        && entry != null
                        && entry.value() instanceof ConfigNode.Scalar name
                        && !name.isEmpty()
                ? document.with(section, "{name: " + json(name.text()) + "}")
                : document;
    }

    /** The default run may be made again and again once it is finished; what lies elsewhere is the user's. */
    private boolean demonstration(ConfigDocument document) {
        ConfigNode.Entry output = document.root().entries().get("output");
        return file == null
                && output != null
                && DEFAULT_RESULT.toString().equals(output.value().plain())
                && Peft.unfinishedRun(DEFAULT_RESULT).isEmpty();
    }

    /** The recipe's paths are relative to where it is unpacked; those of a configuration to where the user is. */
    private static ConfigDocument embedded() {
        EmbeddedDefault unpacked = EmbeddedDefault.unpack(DEFAULT);
        return ConfigDocument.read(unpacked.recipe())
                .with("base", json(unpacked.model().toString()))
                .with("data.train", json(unpacked.trainData().toString()))
                .with("data.eval", json(unpacked.heldoutData().toString()))
                .with("samples", "{shown: 3, checked: 100}")
                .with("output", json(DEFAULT_RESULT.toString()));
    }
}
