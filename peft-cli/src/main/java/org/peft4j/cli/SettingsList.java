package org.peft4j.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.peft4j.config.SettingInfo;

/** Settings with their types, defaults and help, for people and for programs. */
final class SettingsList {
    private SettingsList() {}

    static void print(List<SettingInfo> settings, String indent, Screen screen) {
        for (SettingInfo s : settings) {
            String value = s.required() ? "required" : "default " + s.defaultText();
            String kind = s.nested().isEmpty() ? "  (" + s.type() + ", " + value + ")" : ":";
            screen.out().println(indent + screen.bold(s.key()) + kind);
            screen.out().println(Text.wrap(s.help(), indent.length() + 4, screen.width()));
            print(s.nested(), indent + "  ", screen);
        }
    }

    static List<Map<String, Object>> plain(List<SettingInfo> settings) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (SettingInfo s : settings) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("key", s.key());
            one.put("type", s.type());
            one.put("default", s.required() ? null : s.defaultText());
            one.put("required", s.required());
            one.put("help", s.help());
            if (!s.nested().isEmpty()) {
                one.put("settings", plain(s.nested()));
            }
            all.add(one);
        }
        return all;
    }
}
