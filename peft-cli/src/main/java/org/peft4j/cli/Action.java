package org.peft4j.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** One of the program's commands. */
@Command(
        sortOptions = false,
        usageHelpAutoWidth = false,
        descriptionHeading = "%n",
        parameterListHeading = "%nArguments:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n")
abstract class Action implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @ParentCommand
    private PeftCommand parent;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("UnusedVariable") // picocli acts on it
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @SuppressWarnings("UnusedVariable") // read from the arguments, for errors in parsing them too
    @Option(names = "--stacktrace", description = "With an error, show where in the program it arose.")
    private boolean stacktrace;

    Screen screen() {
        return parent.screen();
    }

    CommandSpec spec() {
        return spec;
    }

    void println(String line) {
        screen().out().println(line);
    }

    /** One line of JSON on standard output. */
    void printJson(Object plain) {
        println(json(plain));
    }

    static String json(Object plain) {
        try {
            return JSON.writeValueAsString(plain);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not plain values: " + plain, e);
        }
    }

    /** What is wrong with the options, for the user to read. */
    ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
