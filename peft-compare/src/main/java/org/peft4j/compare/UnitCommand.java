package org.peft4j.compare;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command that runs one unit in a process of its own; the file with what is to be done is added to it. The process writes
 * {@link UnitProcess}'s lines to standard output.
 *
 * @param words the program and its arguments
 */
public record UnitCommand(List<String> words) {
    /** Copies the list. */
    public UnitCommand {
        words = List.copyOf(words);
    }

    /**
     * This Java with the options it was started with, running a main class of the module or class path.
     *
     * @param main as behind {@code -m} where this program runs on a module path, else the class's name
     * @param arguments what stands before the unit's file
     */
    public static UnitCommand ofThisProgram(String main, String... arguments) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            // a debugger or a recorder is attached to one process
            if (!option.startsWith("-agentlib")
                    && !option.startsWith("-javaagent")
                    && !option.startsWith("-Xrunjdwp")) {
                words.add(option);
            }
        }
        String modules = System.getProperty("jdk.module.path");
        if (modules != null && words.stream().noneMatch(w -> w.startsWith("--module-path"))) {
            words.add("--module-path=" + modules);
        }
        String classes = System.getProperty("java.class.path");
        if (classes != null && !classes.isEmpty()) {
            words.add("-cp");
            words.add(classes);
        }
        if (main.contains("/")) {
            words.add("-m");
        }
        words.add(main);
        words.addAll(List.of(arguments));
        return new UnitCommand(words);
    }
}
