package org.peft4j.cli;

import java.nio.file.Path;
import java.util.regex.Pattern;
import javax.lang.model.SourceVersion;
import org.peft4j.runtime.InstalledMethod;
import org.peft4j.runtime.MethodRegistry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code peft new-method}. */
@Command(
        name = "new-method",
        description = {
            "Write the skeleton of a plugin: a project of its own with a method, its settings and its contract test.",
            "It compiles, and its test says what there is to write."
        },
        footer = {
            "  peft new-method my-method",
            "  peft new-method my-method --package com.acme.mymethod --out ../my-method",
            "",
            "Then, in the new directory: mvn package runs the contract; the jar in target/ goes into plugins/."
        })
final class NewMethodCommand extends Action {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    private static final int LONGEST = 40;

    @Parameters(
            paramLabel = "NAME",
            description = "The method's name in configurations: lower-case letters, digits and hyphens.")
    private String name;

    @Option(
            names = "--package",
            paramLabel = "NAME",
            description = "Package and module of the plugin (default: org.example.NAME without hyphens).")
    private String packageName;

    @Option(names = "--out", paramLabel = "DIR", description = "Directory to make (default: peft-NAME).")
    private Path out;

    @Override
    public Integer call() {
        if (!NAME.matcher(name).matches() || name.length() > LONGEST) {
            throw wrong(
                    "'" + name + "' can't be a method's name: lower-case letters and digits, words joined by hyphens,"
                            + " starting with a letter, at most " + LONGEST);
        }
        MethodRegistry.load().find(name).ifPresent(this::refuse);
        String home = packageName == null ? "org.example." + name.replace("-", "") : packageName;
        if (!home.contains(".") || !SourceVersion.isName(home)) {
            throw wrong("'" + home + "' can't be a package's name: give one of at least two words with --package, for"
                    + " example com.acme." + name.replace("-", ""));
        }
        Path directory = out == null ? Path.of("peft-" + name) : out;
        new Skeleton(name, home, Versions.own()).write(directory);
        println("Skeleton of the method '" + name + "' written to " + directory + ":");
        println("  " + Skeleton.source(home, name, "Config") + "         its settings");
        println("  " + Skeleton.source(home, name, "Method") + "         its parameters and what it computes");
        println("  " + Skeleton.test(home, name) + "  its test");
        println(
                "'WRITE' marks what is yours to write. Where peft4j itself isn't installed yet, run first in its checkout:");
        println("  mvn install -DskipTests");
        println("Then:");
        println("  mvn -f " + directory + " package        # the contract says what is missing");
        println("  cp " + directory.resolve("target/peft-" + name + "-0.1.0.jar") + " PLUGINS_DIRECTORY");
        return Main.OK;
    }

    private void refuse(InstalledMethod taken) {
        throw wrong("there is a method '" + name + "' already, in " + taken.location() + ": two of one name can't be"
                + " installed together");
    }
}
