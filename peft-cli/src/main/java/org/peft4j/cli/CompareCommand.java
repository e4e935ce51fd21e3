package org.peft4j.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.peft4j.compare.Comparison;
import org.peft4j.compare.ComparisonPlan;
import org.peft4j.compare.ComparisonSpec;
import org.peft4j.compare.UnitCommand;
import org.peft4j.compare.UnitLauncher;
import org.peft4j.config.ConfigDocument;
import org.peft4j.embedded.EmbeddedDefault;
import org.peft4j.report.ComparisonReport;
import org.peft4j.runtime.Peft;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code peft compare}. */
@Command(
        name = "compare",
        description = {
            "Train several methods on the same base, data, seeds and budget, measure them alike, and write a report.",
            "What is finished stays: run again after an interruption, it goes on where it stopped."
        },
        footer = {
            "  peft compare                                    the small model that comes with the program",
            "  peft compare compare.yaml --plan                what it will take, without training",
            "  peft compare compare.yaml -s training.steps=400 -s seeds=[1,2,3]",
            "",
            "docs/compare.md describes the file and how each figure is measured."
        })
final class CompareCommand extends Action {
    private static final Path DEFAULT = Path.of("runs", "compare");

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "Comparison in YAML; paths in it are relative to here.")
    private Path file;

    @Option(
            names = {"-s", "--set"},
            paramLabel = "KEY=VALUE",
            description = "Set a value of the file, for example training.steps=100.")
    private List<String> settings;

    @Option(names = "--out", paramLabel = "DIR", description = "Directory for the result, instead of the file's.")
    private Path out;

    @Option(names = "--plan", description = "Only say what it will take; train nothing.")
    private boolean planOnly;

    @Mixin
    private ThreadOptions threads;

    @Option(names = "--quiet", description = "Print the outcome only.")
    private boolean quiet;

    @Override
    public Integer call() {
        ConfigDocument document = overridden(file == null ? embedded() : ConfigDocument.read(file));
        try (Peft peft = threads.start(this)) {
            ComparisonSpec spec = ComparisonSpec.read(document, peft);
            UnitCommand command = UnitCommand.ofThisProgram(
                    "org.peft4j.cli/org.peft4j.cli.Main",
                    "compare-unit",
                    "--threads",
                    String.valueOf(threads.count(this)));
            CompareProgress progress = new CompareProgress(screen(), quiet);
            Comparison comparison = new Comparison(spec, peft, UnitLauncher.processes(command), progress);
            return run(comparison, spec, progress);
        }
    }

    private int run(Comparison comparison, ComparisonSpec spec, CompareProgress progress) {
        String said = "Interrupted: giving up the run that is under way. Press Ctrl-C again to end at once.";
        Interruption interruption = Interruption.during(comparison::stop, said, screen());
        try {
            if (planOnly) {
                Optional<ComparisonPlan> plan = comparison.plan();
                return plan.isPresent() ? Main.OK : interrupted(spec);
            }
            Optional<ComparisonReport> report = comparison.run();
            if (report.isEmpty()) {
                return interrupted(spec);
            }
            new CompareResult(screen(), spec.config().output(), quiet).show(report.get());
            return Main.OK;
        } finally {
            interruption.close();
            progress.close();
        }
    }

    private int interrupted(ComparisonSpec spec) {
        screen().err()
                .println("Interrupted. What is finished is kept in "
                        + spec.config().output() + "; the same command goes on where it stopped:");
        screen().err()
                .println("  peft "
                        + String.join(" ", spec().commandLine().getParseResult().originalArgs()));
        return Main.INTERRUPTED;
    }

    private ConfigDocument overridden(ConfigDocument document) {
        ConfigDocument result = document;
        for (String s : settings == null ? List.<String>of() : settings) {
            result = result.withOverride(s);
        }
        return out == null ? result : result.with("output", json(out.toString()));
    }

    /** The embedded comparison's paths are relative to where it is unpacked. */
    private static ConfigDocument embedded() {
        EmbeddedDefault unpacked = EmbeddedDefault.unpack(Path.of("runs", "default"));
        return ConfigDocument.parse(EmbeddedDefault.comparison(), "the embedded comparison")
                .with("base", json(unpacked.model().toString()))
                .with("data.train", json(unpacked.trainData().toString()))
                .with("data.eval", json(unpacked.heldoutData().toString()))
                .with("general.text", json(unpacked.generalText().toString()))
                .with("output", json(DEFAULT.toString()));
    }
}
