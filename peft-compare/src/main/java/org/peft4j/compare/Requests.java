package org.peft4j.compare;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.peft4j.config.SettingsBinder;

/**
 * Makes the units of a comparison.
 *
 * @param config the comparison
 * @param general file of general text; empty for none
 * @param memoryLimit most bytes of a process
 * @param maxLength longest sequence, that every row has room for; 0 where it is not known yet
 */
record Requests(ComparisonConfig config, String general, long memoryLimit, int maxLength) {
    UnitRequest general(Row row) {
        return request(
                UnitRequest.Kind.GENERAL,
                row,
                row.candidates().get(0),
                config.seeds().get(0),
                false);
    }

    UnitRequest probe(Row row, Row.Candidate candidate) {
        return request(UnitRequest.Kind.PROBE, row, candidate, config.seeds().get(0), true);
    }

    UnitRequest trial(Row row, Row.Candidate candidate) {
        return request(UnitRequest.Kind.TRIAL, row, candidate, config.seeds().get(0), false);
    }

    UnitRequest run(Row row, Row.Candidate candidate, long seed) {
        boolean first = seed == config.seeds().get(0);
        return request(UnitRequest.Kind.RUN, row, candidate, seed, first);
    }

    private UnitRequest request(UnitRequest.Kind kind, Row row, Row.Candidate candidate, long seed, boolean first) {
        boolean trial = kind == UnitRequest.Kind.TRIAL;
        Map<String, Object> run = new LinkedHashMap<>(SettingsBinder.plain(candidate.run()));
        int steps = trial && config.tuning().steps() > 0 ? config.tuning().steps() : -1;
        run.put("training", changed(run.get("training"), "seed", seed, "steps", steps));
        if (config.data().maxLength() == 0 && maxLength > 0) {
            run.put("data", changed(run.get("data"), "max-length", maxLength, "", -1));
        }
        if (kind == UnitRequest.Kind.GENERAL) {
            run.put("method", Row.BASE); // the text doesn't depend on which row is named first
        }
        run.put("output", output(row, seed).toString());
        run.put("overwrite", true);
        boolean measures = kind == UnitRequest.Kind.PROBE || kind == UnitRequest.Kind.RUN;
        return new UnitRequest(
                kind,
                row.label(),
                row.trained() && kind != UnitRequest.Kind.GENERAL,
                first,
                run,
                config.generation(),
                measures ? general : "",
                config.general().samples(),
                config.general().tokens(),
                trial ? config.tuning().rows() : 0,
                memoryLimit);
    }

    private static Map<String, Object> changed(Object section, String key, long value, String other, long otherValue) {
        Map<String, Object> all = new LinkedHashMap<>();
        if (section instanceof Map<?, ?> map) {
            map.forEach((k, v) -> all.put(String.valueOf(k), v));
        }
        all.put(key, value);
        if (otherValue >= 0) {
            all.put(other, otherValue);
        }
        return all;
    }

    /** Where what a run trains is written. */
    Path output(Row row, long seed) {
        return config.output().resolve("adapters").resolve(row.fileName()).resolve("seed-" + seed);
    }
}
