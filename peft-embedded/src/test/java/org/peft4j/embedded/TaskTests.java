package org.peft4j.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TaskTests {
    @Test
    void theShippedFilesAreWhatTheGeneratorsMake() throws IOException {
        for (Map.Entry<String, String> file :
                MakeEmbedded.taskFiles(MakeEmbedded.SEED).entrySet()) {
            assertThat(shipped(file.getKey())).as(file.getKey()).isEqualTo(file.getValue());
        }
        for (Map.Entry<String, String> file :
                MakeEmbedded.modelFiles(MakeEmbedded.SEED).entrySet()) {
            assertThat(shipped("model/" + file.getKey())).as(file.getKey()).isEqualTo(file.getValue());
        }
    }

    @Test
    void everyAnnouncementCarriesItsFields() {
        assertThat(new Task(3).trainingRows(2_000)).allSatisfy(row -> {
            assertThat(FieldCheck.missing(row.fields(), row.completion())).isEmpty();
            assertThat(FieldCheck.fieldsOf(row.prompt())).isEqualTo(row.fields());
            assertThat(row.completion()).startsWith(" ").endsWith(".").doesNotContain("..", "  ");
        });
    }

    @Test
    void noKeyOfAHeldOutRowIsInATrainingRow() {
        Task task = new Task(4);
        List<TaskRow> train = task.trainingRows(MakeEmbedded.TRAIN_ROWS);
        List<TaskRow> heldout = task.heldOutRows(MakeEmbedded.HELDOUT_ROWS);
        Set<String> seen =
                train.stream().flatMap(row -> Task.keys(row).stream()).collect(Collectors.toSet());
        assertThat(heldout).hasSize(MakeEmbedded.HELDOUT_ROWS).doesNotHaveDuplicates();
        assertThat(heldout.stream().flatMap(row -> Task.keys(row).stream()))
                .hasSizeGreaterThan(2 * MakeEmbedded.HELDOUT_ROWS)
                .noneMatch(seen::contains);
        for (String name : List.of("event", "host", "hall")) {
            Set<String> values =
                    train.stream().map(row -> row.fields().get(name)).collect(Collectors.toSet());
            assertThat(heldout)
                    .as(name)
                    .noneMatch(row -> values.contains(row.fields().get(name)));
        }
    }

    @Test
    void theCorpusKnowsTheHeldOutWords() {
        Corpus corpus = new Corpus(MakeEmbedded.SEED);
        String text = Stream.generate(corpus::next).limit(20_000).collect(Collectors.joining("\n"));
        assertThat(new Task(5).heldOutRows(100))
                .allSatisfy(row -> assertThat(Task.keys(row))
                        .allSatisfy(word -> assertThat(text).contains(" " + word)));
    }

    @Test
    void aMissingOrHalfFieldIsFound() {
        Map<String, String> fields = FieldCheck.fieldsOf("event = Paper Walk; price = 3 pounds; host = Lee =>");
        assertThat(fields)
                .containsExactly(
                        Map.entry("event", "Paper Walk"), Map.entry("price", "3 pounds"), Map.entry("host", "Lee"));
        assertThat(FieldCheck.missing(fields, "Paper Walk with Lee for 3 pounds."))
                .isEmpty();
        assertThat(FieldCheck.missing(fields, "Paper Walk with Leeds for 13 pounds."))
                .containsExactly("price", "host");
        assertThat(FieldCheck.completeShare(List.of(
                        Map.entry("a = one =>", "one"),
                        Map.entry("a = one =>", "two"),
                        Map.entry("a = x =>", "an x."))))
                .isEqualTo(2 / 3.0);
    }

    private static String shipped(String name) throws IOException {
        try (InputStream in = TaskTests.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
