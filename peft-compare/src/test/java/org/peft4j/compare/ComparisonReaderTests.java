package org.peft4j.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.peft4j.api.PeftException;
import org.peft4j.config.SettingsBinder;
import org.peft4j.runtime.Peft;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ComparisonReaderTests {
    private Peft peft;
    private Workshop workshop;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        peft = Peft.create(1);
        workshop = new Workshop(directory);
    }

    @AfterAll
    void end() {
        peft.close();
    }

    private ComparisonSpec read(String rows, String... changes) {
        return ComparisonSpec.read(workshop.comparison("out", rows, changes), peft);
    }

    @Test
    void aRowIsAMethodsNameOrWhatDiffers() {
        ComparisonSpec spec = read("[lora, {name: mine, method: {name: lora, rank: 2}}, base]");

        assertThat(spec.rows()).extracting(Row::label).containsExactly("lora", "mine", "base");
        assertThat(spec.rows()).extracting(Row::trained).containsExactly(true, true, false);
        assertThat(spec.settingsPerRow()).isEqualTo(1);
    }

    @Test
    void aRowsOptimizerIsLaidOverTheCommonOne() {
        ComparisonSpec spec = read("[{method: lora, optimizer: {weight-decay: 0.5}}, {method: full, optimizer: sgd}]");

        assertThat(spec.rows().get(0).candidates().get(0).run().optimizer().plain())
                .isEqualTo(java.util.Map.of("name", "adamw", "learning-rate", 0.01, "weight-decay", 0.5));
        assertThat(spec.rows().get(1).candidates().get(0).run().optimizer().plain())
                .isEqualTo("sgd");
    }

    @Test
    void aSweepTriesEveryCombination() {
        ComparisonSpec spec =
                read("[{method: lora, sweep: {method.rank: [2, 4], optimizer.learning-rate: [1e-3, 1e-2]}}, base]");

        assertThat(spec.rows().get(0).candidates())
                .extracting(c -> c.swept().toString())
                .containsExactly(
                        "{method.rank=2, optimizer.learning-rate=0.001}",
                        "{method.rank=2, optimizer.learning-rate=0.01}",
                        "{method.rank=4, optimizer.learning-rate=0.001}",
                        "{method.rank=4, optimizer.learning-rate=0.01}");
        assertThat(SettingsBinder.plain(spec.rows().get(0).candidates().get(2).run()))
                .containsEntry("method", java.util.Map.of("name", "lora", "rank", 4L));
    }

    @Test
    void noRowMayTryMoreSettingsThanAnother() {
        String rows = "[{method: lora, sweep: {optimizer.learning-rate: [1e-3, 1e-2, 1e-1]}}, full]";

        assertThatThrownBy(() -> read(rows))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("lora 3, full 1")
                .extracting(e -> ((PeftException) e).code())
                .isEqualTo("compare-sweep");
    }

    @Test
    void ofALargerSweepAsManyAreDrawnAsTheOthersTry() {
        String rows = "[{method: lora, sweep: {optimizer.learning-rate: [1e-3, 1e-2, 1e-1]}},"
                + " {method: full, sweep: {optimizer.learning-rate: [1e-4, 1e-3]}}]";

        ComparisonSpec spec = read(rows, "tuning.settings=2");

        assertThat(spec.rows()).allMatch(r -> r.candidates().size() == 2);
        assertThat(read(rows, "tuning.settings=2")).isEqualTo(spec);
        assertThatThrownBy(() -> read(rows, "tuning.settings=3")).hasMessageContaining("full 2");
    }

    @Test
    void aCommonSweepHoldsForRowsWithoutOne() {
        ComparisonSpec spec = read("[lora, full]", "sweep={optimizer.learning-rate: [1e-3, 1e-2]}");

        assertThat(spec.rows()).allMatch(r -> r.candidates().size() == 2);
    }

    @Test
    void mistakesAreNamedWithTheirLine() {
        assertThatThrownBy(() -> read("[{method: {name: lora, rnk: 2}}]"))
                .hasMessageContaining("compare.yaml line 10")
                .hasMessageContaining("did you mean 'rank'?");
        assertThatThrownBy(() -> read("[{method: lora, seed: 3}]"))
                .hasMessageContaining("unknown key 'seed'")
                .hasMessageContaining("compare.yaml line 10");
        assertThatThrownBy(() -> read("[lor]")).hasMessageContaining("did you mean 'lora'?");
        assertThatThrownBy(() -> read("[lora, lora]")).hasMessageContaining("two rows are called 'lora'");
        assertThatThrownBy(() -> read("[]")).hasMessageContaining("rows is empty");
        assertThatThrownBy(() -> read("[lora]", "seeds=[1, 1]")).hasMessageContaining("seeds");
        assertThatThrownBy(() -> read("[lora]", "training.seed=4")).hasMessageContaining("seeds");
    }

    @Test
    void onlyWhatARowMaySetCanBeSwept() {
        assertThatThrownBy(() -> read("[{method: lora, sweep: {training.steps: [10, 1000]}}]"))
                .hasMessageContaining("'training.steps' can't be swept");
        assertThatThrownBy(() -> read("[{method: lora, sweep: {method.rank: []}}]"))
                .hasMessageContaining("has no values");
        assertThatThrownBy(() -> read("[{method: lora, sweep: {method.rank: [4, -1]}}]"))
                .hasMessageContaining("rank");
    }
}
