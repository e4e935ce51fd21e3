package org.peft4j.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The default form of an adapter's settings, and how entries of a file are refused. */
class AdapterFormatTests {
    private static final ModelShape MODEL = new ModelShape("llama", 8, 1, 1, 1, 8, 8, 8, 8, List.of(), List.of());
    private static final Settings SETTINGS = new Settings(
            3,
            0.5,
            true,
            Kind.SLOW,
            Targets.of("q_proj"),
            List.of(1, 2),
            List.of(Kind.FAST),
            Map.of("up", 2.0),
            new Inner("x"));
    private final AdapterFormat<Settings> format = AdapterFormat.own("my-method", Settings.class);

    /** An enum among settings. */
    public enum Kind {
        /** One. */
        FAST,
        /** The other. */
        SLOW
    }

    /** Settings among settings. */
    public record Inner(String text) {}

    /** One component of each type a setting may have. */
    public record Settings(
            int count,
            double rate,
            boolean on,
            Kind kind,
            Targets targets,
            List<Integer> layers,
            List<Kind> kinds,
            Map<String, Double> rates,
            Inner inner) {
        /** Refuses nonsense. */
        public Settings {
            if (count < 1) {
                throw new IllegalArgumentException("count is " + count);
            }
        }
    }

    @Test
    void everyTypeOfSettingSurvivesPlainEntries() {
        Map<String, Object> file = format.write(SETTINGS, MODEL);

        assertThat(format.peftType()).isEqualTo("MY_METHOD");
        assertThat(file)
                .containsEntry("kinds", List.of("FAST"))
                .containsEntry("targets", "[q_proj]")
                .containsEntry("inner", Map.of("text", "x"));
        // A JSON reader gives whole numbers as such, whatever the setting's type.
        file.put("rates", Map.of("up", 2));
        file.put("layers", List.of(1L, 2L));
        assertThat(format.read(file, MODEL)).isEqualTo(SETTINGS);
        assertThat(format.read(file, MODEL).rates().get("up")).isEqualTo(2.0);
    }

    @Test
    void wrongEntriesAreNamed() {
        refused("count", 0, "count is 0");
        refused("count", 1.5, "'count' is 1.5");
        refused("on", "yes", "'on' is yes");
        refused("kind", "FASTER", "'kind' is FASTER, not one of [FAST, SLOW]");
        refused("layers", 3, "'layers' is 3, not a list");
        refused("inner", Map.of(), "lacks 'inner.text'");
        refused("targets", "(", "'(' is not a regular expression");
        refused("unheard", 1, "'unheard' to 1, which method my-method does not do");
        assertThat(format.read(with("unheard", List.of()), MODEL)).isEqualTo(SETTINGS);
    }

    @Test
    void entriesAreReadByType() {
        Map<String, Object> file = new HashMap<>(Map.of("a", 2, "b", 1.5, "c", "x", "d", List.of(1, 2), "e", "q_proj"));
        file.put("f", null);
        AdapterEntries entries = AdapterEntries.of("m", file);

        assertThat(entries.integer("a")).isEqualTo(2);
        assertThat(entries.number("b", 0)).isEqualTo(1.5);
        assertThat(entries.texts("c")).containsExactly("x");
        assertThat(entries.integers("d")).containsExactly(1, 2);
        assertThat(entries.targets("e")).isEqualTo(Targets.parse("q_proj"));
        assertThat(entries.flag("f")).isFalse();
        assertThat(entries.text("f", "else")).isEqualTo("else");
        assertThatThrownBy(() -> entries.integer("f")).hasMessageContaining("lacks 'f'");
        assertThatThrownBy(() -> entries.integer("b")).hasMessageContaining("'b' is 1.5, not a whole number");
    }

    private Map<String, Object> with(String key, Object value) {
        Map<String, Object> file = format.write(SETTINGS, MODEL);
        file.put(key, value);
        return file;
    }

    private void refused(String key, Object value, String why) {
        assertThatThrownBy(() -> format.read(with(key, value), MODEL))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining(why);
    }
}
