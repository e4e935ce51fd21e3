package org.peft4j.full;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.peft4j.api.AdapterEntries;
import org.peft4j.api.AdapterFormat;
import org.peft4j.api.ModelShape;

/** A whole checkpoint; the entries only tell how it was made. */
final class FullFormat implements AdapterFormat<FullConfig> {
    @Override
    public String peftType() {
        return "FULL";
    }

    @Override
    public boolean wholeCheckpoint() {
        return true;
    }

    @Override
    public Map<String, Object> write(FullConfig config, ModelShape model) {
        Map<String, Object> entries = new LinkedHashMap<>();
        entries.put(
                "train",
                config.train().stream()
                        .map(p -> p.name().toLowerCase(Locale.ROOT))
                        .toList());
        entries.put("layers", config.layers());
        return entries;
    }

    @Override
    public FullConfig read(Map<String, Object> file, ModelShape model) {
        AdapterEntries entries = AdapterEntries.of("full", file);
        return entries.read(() -> new FullConfig(
                entries.texts("train").stream().map(FullFormat::part).toList(), entries.integers("layers")));
    }

    private static FullConfig.Part part(String name) {
        List<FullConfig.Part> parts = Arrays.asList(FullConfig.Part.values());
        return parts.stream()
                .filter(p -> p.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("train names '" + name + "'; there are " + parts));
    }
}
