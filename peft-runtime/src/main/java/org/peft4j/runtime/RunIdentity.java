package org.peft4j.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.peft4j.model.Adapter;

/**
 * What has to be the same for a run to be gone on with, as text by name: the settings that its bits depend on, and the hashes of the
 * base and the data. Where they lie doesn't matter.
 *
 * @param entries the settings and hashes
 */
record RunIdentity(Map<String, String> entries) {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Places, and what has no influence on the steps. */
    private static final List<String> FREE =
            List.of("base", "output", "data.train", "data.eval", "samples.", "checkpoints.", "training.on-bad-number");

    static RunIdentity of(TrainingPlan plan, Map<String, String> baseHashes) {
        Map<String, String> all = new TreeMap<>();
        flatten("", plan.description(), all);
        all.keySet().removeIf(key -> FREE.stream().anyMatch(f -> f.endsWith(".") ? key.startsWith(f) : key.equals(f)));
        baseHashes.forEach((file, hash) -> all.put("the base's " + file, hash));
        all.put("the training data", plan.train().fingerprint());
        plan.eval().ifPresent(e -> all.put("the held-out data", e.fingerprint()));
        plan.together().forEach(t -> put(all, "the adapter trained together, ", t.adapter()));
        plan.beneath().forEach(a -> put(all, "the adapter beneath, ", a));
        return new RunIdentity(all);
    }

    private static void put(Map<String, String> all, String role, Adapter adapter) {
        all.put(role + adapter.name(), adapter.method().name() + " " + adapter.config());
    }

    private static void flatten(String prefix, Map<?, ?> from, Map<String, String> into) {
        from.forEach((key, value) -> {
            if (value instanceof Map<?, ?> map) {
                flatten(prefix + key + ".", map, into);
            } else {
                into.put(prefix + key, String.valueOf(value));
            }
        });
    }

    /** What is different now, a line each. */
    List<String> differences(RunIdentity now) {
        TreeSet<String> keys = new TreeSet<>(entries.keySet());
        keys.addAll(now.entries.keySet());
        List<String> list = new ArrayList<>();
        for (String key : keys) {
            String was = entries.getOrDefault(key, "nothing");
            String is = now.entries.getOrDefault(key, "nothing");
            if (!was.equals(is)) {
                boolean hash = key.startsWith("the base's ") || key.endsWith(" data");
                list.add(key + (hash ? " has another content" : " was " + was + ", is " + is));
            }
        }
        return list;
    }

    String toJson() {
        try {
            return JSON.writeValueAsString(entries);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads what {@link #toJson} wrote. */
    static RunIdentity of(String json) throws JsonProcessingException {
        return new RunIdentity(JSON.readValue(json, new TypeReference<TreeMap<String, String>>() {}));
    }
}
