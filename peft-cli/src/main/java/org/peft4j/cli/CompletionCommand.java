package org.peft4j.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code peft completion}. */
@Command(
        name = "completion",
        description = "Print a script that lets bash or zsh complete commands and options.",
        footer = {"  peft completion > ~/.peft-completion", "  source <(peft completion)"})
final class CompletionCommand extends Action {
    @Override
    public Integer call() {
        screen().out().print(AutoComplete.bash("peft", spec().root().commandLine()));
        return Main.OK;
    }
}
