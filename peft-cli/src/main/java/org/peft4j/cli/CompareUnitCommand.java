package org.peft4j.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import org.peft4j.compare.UnitProcess;
import org.peft4j.runtime.Peft;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code peft compare-unit}, which {@code peft compare} starts: one piece of its work in a process of its own. */
@Command(name = "compare-unit", hidden = true, description = "One unit of a comparison; 'peft compare' starts it.")
final class CompareUnitCommand extends Action {
    @Parameters(paramLabel = "FILE", description = "What is to be done.")
    private Path file;

    @Mixin
    private ThreadOptions threads;

    @Override
    public Integer call() {
        // Ctrl-C reaches every process of a terminal; what becomes of this one the comparison decides.
        Interruption ignored = Interruption.ignored(screen());
        // A comparison that is gone, however it went, must not leave a process computing.
        UnitProcess.watch(System.in, () -> Runtime.getRuntime().halt(Main.INTERRUPTED));
        PrintStream lines = screen().out();
        try (Peft peft = Peft.create(threads.count(this))) {
            UnitProcess.run(file, peft, lines);
        } finally {
            ignored.close();
        }
        return Main.OK;
    }
}
