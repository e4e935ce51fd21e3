package org.peft4j.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.peft4j.api.PeftException;
import org.peft4j.api.Setting;
import org.peft4j.api.Targets;

class SettingsBinderTests {
    /** How a start is chosen. */
    public enum Start {
        /** As usual. */
        KAIMING_UNIFORM,
        /** Bell-shaped. */
        GAUSSIAN
    }

    /** A section within. */
    public record Inner(
            @Setting(help = "How many.", value = "3") long count,
            @Setting(help = "How much.", value = "5e-3") double rate) {}

    /** One of everything. */
    public record Everything(
            @Setting(help = "Width of the update.", value = "8")
            int rank,

            @Setting(help = "Scale.", value = "16") double alpha,
            @Setting(help = "Whether.", value = "false") boolean useRslora,

            @Setting(help = "Where.", value = "[q_proj, v_proj]")
            Targets targetModules,

            @Setting(help = "Start.", value = "kaiming-uniform")
            Start init,

            @Setting(help = "Layers.", value = "[]") List<Integer> layers,
            @Setting(help = "By module.", value = "{}") Map<String, Integer> rankPattern,
            @Setting(help = "Name.", value = "''") String name,
            @Setting(help = "Inside.", value = "{}") Inner inner) {
        /** Checks the values. */
        public Everything {
            if (rank < 1) {
                throw new IllegalArgumentException("rank must be at least 1, not " + rank);
            }
            if (rankPattern.containsValue(0)) {
                throw new IllegalArgumentException("a rank-pattern value of 0 makes no sense");
            }
        }
    }

    /** Like the sections of a run. */
    public record Files(
            @Setting(help = "The rows to learn from.") Path train,
            Optional<Path> valid,
            Optional<Inner> inner,
            Optional<List<String>> names) {}

    /** A section that is bound later. */
    public record Open(@Setting(help = "Any.", value = "{}") ConfigNode method) {}

    @Test
    void everySettingHasItsDefault() {
        assertThat(SettingsBinder.defaults(Everything.class))
                .isEqualTo(new Everything(
                        8,
                        16,
                        false,
                        Targets.of("q_proj", "v_proj"),
                        Start.KAIMING_UNIFORM,
                        List.of(),
                        Map.of(),
                        "",
                        new Inner(3, 0.005)));
    }

    @Test
    void bindsEveryKindOfValue() {
        Everything bound = bind("""
                rank: 4
                alpha: 1e1
                use-rslora: true
                target-modules: all-linear
                init: Gaussian
                layers: [0, 4]
                rank-pattern: {layers.0.q_proj: 2}
                name: 5
                inner:
                  count: 1e3
                """);
        assertThat(bound)
                .isEqualTo(new Everything(
                        4,
                        10,
                        true,
                        Targets.allLinear(),
                        Start.GAUSSIAN,
                        List.of(0, 4),
                        Map.of("layers.0.q_proj", 2),
                        "5",
                        new Inner(1000, 0.005)));
    }

    @Test
    void anUnknownKeyNamesItsLineAndTheNearestOne() {
        refused(
                "alpha: 8\n\nrnak: 4\n",
                "run.yaml line 3: unknown key 'rnak' in method lora; did you mean 'rank'? Known keys: rank, alpha, use-rslora,");
        refused("target_modules: [x]", "did you mean 'target-modules'?");
        refused("inner: {cuont: 1}", "unknown key 'cuont' in 'inner' of method lora; did you mean 'count'?");
        refused("zzzzzz: 1", "unknown key 'zzzzzz' in method lora. Known keys");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "rank: eight| 'rank' of method lora must be a whole number, not the text 'eight'",
                "rank: 1.5| must be a whole number, not the number 1.5",
                "rank: [1]| must be whole number, not a list",
                "rank:| 'rank' of method lora has no value",
                "rank: 1e10| 'rank' of method lora is out of range: 1e10; it may be -2147483648 to 2147483647",
                "rank: 1e999999999| is out of range",
                "alpha: 1e999| must be a finite number",
                "alpha: .nan| must be a finite number",
                "use-rslora: yes| must be true or false, not the text 'yes'",
                "target-modules: '*'| is not a regular expression",
                "target-modules: {a: b}| must be list of module names",
                "target-modules: [[q]]| item 1 of 'target-modules' of method lora must be text",
                "init: gausian| did you mean 'gaussian'? It is one of kaiming-uniform, gaussian",
                "layers: 3| must be a list, as [a, b], not the number 3",
                "layers: [0, x]| item 2 of 'layers' of method lora must be a whole number",
                "rank-pattern: [1]| must be a map, as {key: value}",
                "rank-pattern: {q: x}| 'q' of 'rank-pattern' of method lora must be a whole number",
                "inner: 3| must be a section of keys",
            })
    void aValueOfTheWrongKindIsRefused(String yaml, String message) {
        refused(yaml, "run.yaml line 1: ");
        refused(yaml, message);
    }

    @Test
    void aRecordsOwnRefusalNamesTheLineOfItsKey() {
        refused("alpha: 1\nrank: 0\nname: x\n", "run.yaml line 2: method lora: rank must be at least 1, not 0");
        refused("rank: 2\nrank-pattern: {q: 0}\n", "run.yaml line 2: method lora: a rank-pattern value of 0");
    }

    @Test
    void allProblemsAreReportedTogetherByLine() {
        assertThatThrownBy(() -> bind("rnak: 1\nalpha: x\nlayers: [a, b]\ninner:\n  rate: fast\n"))
                .isInstanceOf(PeftException.class)
                .satisfies(e -> assertThat(e.getMessage().lines())
                        .satisfiesExactly(
                                l -> assertThat(l).startsWith("run.yaml line 1: unknown key 'rnak'"),
                                l -> assertThat(l).startsWith("run.yaml line 2: 'alpha'"),
                                l -> assertThat(l).startsWith("run.yaml line 3: item 1"),
                                l -> assertThat(l).startsWith("run.yaml line 3: item 2"),
                                l -> assertThat(l).startsWith("run.yaml line 5: 'rate' of 'inner'")));
    }

    @Test
    void sectionsShareTheirProblems() {
        ConfigProblems problems = new ConfigProblems();
        ConfigNode bad = ConfigDocument.parse("count: x", "run.yaml").root();
        assertThat(SettingsBinder.bind(Inner.class, bad, "one", problems)).isEmpty();
        assertThat(SettingsBinder.bind(Inner.class, bad, "two", problems)).isEmpty();
        assertThatThrownBy(problems::throwIfAny).hasMessageContaining("of one").hasMessageContaining("of two");
    }

    @Test
    void aMissingValueIsNamedWithItsHelp() {
        ConfigNode empty = ConfigDocument.parse("\nvalid: v.jsonl", "run.yaml").root();
        assertThatThrownBy(() -> SettingsBinder.bind(Files.class, empty, "data"))
                .hasMessageContaining("run.yaml line 2: data needs 'train' (path): The rows to learn from.");
    }

    @Test
    void aPathThatCannotBeOneIsRefused() {
        assertThatThrownBy(() -> files("train: \"a\\0b\"")).hasMessageContaining("'train' of data is not a path");
        assertThatThrownBy(() -> files("train: ''")).hasMessageContaining("'train' of data is an empty path");
    }

    @Test
    void optionalComponentsMayBeLeftOut() {
        assertThat(files("train: t.jsonl"))
                .isEqualTo(new Files(Path.of("t.jsonl"), Optional.empty(), Optional.empty(), Optional.empty()));
        assertThat(files("train: t.jsonl\nvalid: ~\ninner: {}\nnames: [a]"))
                .isEqualTo(new Files(
                        Path.of("t.jsonl"),
                        Optional.empty(),
                        Optional.of(new Inner(3, 0.005)),
                        Optional.of(List.of("a"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "name: 'null'",
                "name: '5'\nalpha: 1e-7\nlayers: [1]",
                "target-modules: '.*\\.(q|v)_proj'\nrank-pattern: {'a: b': 3, '#': 1}",
                "name: \"two\\nlines\\t*&! \"\ninner: {count: -9e15, rate: -0.1}\ninit: gaussian",
            })
    void plainValuesBindAgainToAnEqualRecord(String yaml) {
        Everything bound = bind(yaml);
        String written = ConfigDocument.yaml(SettingsBinder.plain(bound));
        assertThat(bind(written)).isEqualTo(bound);
    }

    @Test
    void plainValuesAreInKebabCaseAndInOrder() {
        Map<String, Object> plain = SettingsBinder.plain(SettingsBinder.defaults(Everything.class));
        assertThat(plain.keySet())
                .containsExactly(
                        "rank",
                        "alpha",
                        "use-rslora",
                        "target-modules",
                        "init",
                        "layers",
                        "rank-pattern",
                        "name",
                        "inner");
        assertThat(plain)
                .containsEntry("target-modules", List.of("q_proj", "v_proj"))
                .containsEntry("init", "kaiming-uniform")
                .containsEntry("inner", Map.of("count", 3L, "rate", 0.005));
        assertThat(SettingsBinder.plain(files("train: a/b"))).isEqualTo(Map.of("train", "a/b"));
    }

    @Test
    void aSectionCanBeLeftAsItIs() {
        ConfigDocument document = ConfigDocument.parse("method:\n  name: lora\n  rnk: 3\n", "run.yaml");
        Open open = SettingsBinder.bind(Open.class, document.root(), "run");
        ConfigNode.Entries rest = ((ConfigNode.Entries) open.method()).without("name");
        assertThatThrownBy(() -> SettingsBinder.bind(Everything.class, rest, "method lora"))
                .hasMessageContaining("run.yaml line 3: unknown key 'rnk'");
        assertThat(SettingsBinder.plain(open)).isEqualTo(Map.of("method", Map.of("name", "lora", "rnk", 3L)));
    }

    @Test
    void overriddenValuesAreNamedByTheirOption() {
        ConfigDocument document = ConfigDocument.parse("rank: 8", "run.yaml").with("rank", "x");
        assertThatThrownBy(() -> SettingsBinder.bind(Everything.class, document.root(), "method lora"))
                .hasMessageContaining("-s rank: 'rank' of method lora must be a whole number");
    }

    @Test
    void describesEverySetting() {
        List<SettingInfo> infos = SettingsBinder.describe(Everything.class);
        assertThat(infos.get(0))
                .isEqualTo(new SettingInfo("rank", "whole number", "8", false, "Width of the update.", List.of()));
        assertThat(infos.get(4).type()).isEqualTo("one of kaiming-uniform, gaussian");
        assertThat(infos.get(6).type()).isEqualTo("map of whole numbers");
        assertThat(infos.get(8).nested()).extracting(SettingInfo::key).containsExactly("count", "rate");
        assertThat(SettingsBinder.describe(Files.class))
                .extracting(SettingInfo::required)
                .containsExactly(true, false, false, false);
    }

    private static Everything bind(String yaml) {
        return SettingsBinder.bind(
                Everything.class, ConfigDocument.parse(yaml, "run.yaml").root(), "method lora");
    }

    private static Files files(String yaml) {
        return SettingsBinder.bind(
                Files.class, ConfigDocument.parse(yaml, "run.yaml").root(), "data");
    }

    private static void refused(String yaml, String message) {
        assertThatThrownBy(() -> bind(yaml)).isInstanceOf(PeftException.class).hasMessageContaining(message);
    }
}
