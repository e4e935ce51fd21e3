package org.peft4j.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The program without a command. */
@Command(
        name = "peft",
        sortOptions = false,
        description = "Parameter-efficient fine-tuning of language models on the JVM.",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%n",
        versionProvider = Versions.class,
        footer = {
            "'peft compare' and 'peft train' without a file work on a small model that comes with the program.",
            "'peft COMMAND --help' explains a command and gives examples.",
            "",
            "Exit codes: 0 done, 2 something you gave is wrong, 130 interrupted (what was learned is saved),",
            "1 a defect of the program.",
            "Environment: JAVA_HOME (Java 17 or later), PEFT_JAVA_OPTS (for example -Xmx8g), NO_COLOR."
        },
        subcommands = {
            CompareCommand.class,
            CompareUnitCommand.class,
            TrainCommand.class,
            EvalCommand.class,
            GenerateCommand.class,
            MergeCommand.class,
            QuantizeCommand.class,
            MethodsCommand.class,
            SettingsCommand.class,
            InspectCommand.class,
            NewModelCommand.class,
            NewMethodCommand.class,
            TokensCommand.class,
            LogitsCommand.class,
            BenchCommand.class,
            BenchGenerateCommand.class,
            DoctorCommand.class,
            CompletionCommand.class
        })
final class PeftCommand implements Callable<Integer> {
    private final Screen screen;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("UnusedVariable") // picocli acts on it
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @SuppressWarnings("UnusedVariable") // picocli acts on it
    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the versions of the program and of Java.")
    private boolean version;

    PeftCommand(Screen screen) {
        this.screen = screen;
    }

    Screen screen() {
        return screen;
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return Main.USER_ERROR;
    }
}
