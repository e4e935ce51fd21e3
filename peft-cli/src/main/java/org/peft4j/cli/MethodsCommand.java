package org.peft4j.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.peft4j.api.WeightCodec;
import org.peft4j.config.SettingInfo;
import org.peft4j.config.SettingsBinder;
import org.peft4j.runtime.CodecRegistry;
import org.peft4j.runtime.InstalledMethod;
import org.peft4j.runtime.MethodRegistry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code peft methods}. */
@Command(
        name = "methods",
        description = "List the installed methods; with a name, its settings and their defaults.",
        footer = {
            "  peft methods",
            "  peft methods lora",
            "",
            "A method's jar dropped into the plugins directory is found at the next start."
        })
final class MethodsCommand extends Action {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Show this method and its settings.")
    private String name;

    @Option(
            names = {"-v", "--verbose"},
            description = "Show the settings of every method.")
    private boolean verbose;

    @Option(names = "--json", description = "Print one JSON list.")
    private boolean json;

    @Override
    public Integer call() {
        MethodRegistry registry = MethodRegistry.load();
        registry.problems().forEach(p -> screen().warn(p.getMessage()));
        List<InstalledMethod> chosen = name == null ? registry.all() : List.of(registry.method(name));
        if (json) {
            printJson(chosen.stream().map(MethodsCommand::plain).toList());
        } else if (chosen.isEmpty()) {
            println("No method is installed.");
        } else if (name != null || verbose) {
            chosen.forEach(this::describe);
        } else {
            chosen.forEach(m -> {
                println(screen().bold(m.name()));
                println(Text.wrap(m.method().description(), 4, screen().width()));
                println(Text.wrap(brief(SettingsBinder.describe(m.method().configType())), 4, screen().width()));
                println(screen().dim("    module " + m.module() + " " + m.version() + ", " + m.location()));
            });
            println("");
            println("'peft methods NAME' explains a method's settings. Codecs for 'storage' and 'peft quantize': "
                    + String.join(
                            ", ",
                            CodecRegistry.load().all().stream()
                                    .map(WeightCodec::name)
                                    .toList())
                    + ".");
        }
        return Main.OK;
    }

    /** The settings with their defaults in one line. */
    private static String brief(List<SettingInfo> settings) {
        return "Settings: "
                + settings.stream()
                        .map(s -> s.key() + (s.required() ? " (required)" : " " + s.defaultText()))
                        .collect(Collectors.joining(", "));
    }

    private void describe(InstalledMethod m) {
        println(screen().bold(m.name()) + ": " + m.method().description());
        println("  module " + m.module() + " " + m.version());
        println("  from   " + m.location());
        println("  files  peft_type " + m.method().format().peftType());
        println("");
        println("  Settings, under 'method:' of a configuration or as -s method.KEY=VALUE:");
        SettingsList.print(SettingsBinder.describe(m.method().configType()), "  ", screen());
        println("");
    }

    private static Map<String, Object> plain(InstalledMethod m) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("name", m.name());
        result.put("description", m.method().description());
        result.put("module", m.module());
        result.put("version", m.version());
        result.put("location", m.location());
        result.put("peft_type", m.method().format().peftType());
        result.put(
                "settings",
                SettingsList.plain(SettingsBinder.describe(m.method().configType())));
        return result;
    }
}
