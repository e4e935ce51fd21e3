package org.peft4j.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.peft4j.config.SettingsBinder;
import org.peft4j.runtime.OptimizerFactory;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.RunConfig;
import org.peft4j.runtime.ScheduleFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code peft settings}. */
@Command(
        name = "settings",
        description =
                "List everything that a run's configuration can say, with defaults; 'peft methods NAME' has a method's.",
        footer = {"  peft settings", "  peft settings --json"})
final class SettingsCommand extends Action {
    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        try (Peft peft = Peft.create(1)) {
            Map<String, Class<? extends Record>> sections = new LinkedHashMap<>();
            sections.put("run", RunConfig.class);
            for (OptimizerFactory<?> optimizer : peft.optimizers()) {
                sections.put("optimizer " + optimizer.name(), optimizer.configType());
            }
            for (ScheduleFactory<?> schedule : peft.schedules()) {
                sections.put("schedule " + schedule.name(), schedule.configType());
            }
            if (json) {
                Map<String, Object> all = new LinkedHashMap<>();
                sections.forEach((name, type) -> all.put(name, SettingsList.plain(SettingsBinder.describe(type))));
                printJson(all);
            } else {
                sections.forEach(this::describe);
            }
        }
        return Main.OK;
    }

    private void describe(String name, Class<? extends Record> type) {
        println(screen().bold(name));
        SettingsList.print(SettingsBinder.describe(type), "  ", screen());
        println("");
    }
}
