package org.peft4j.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
        assertThat(new Task(3).rows(2_000)).allSatisfy(row -> {
            assertThat(FieldCheck.missing(row.fields(), row.completion())).isEmpty();
            assertThat(FieldCheck.fieldsOf(row.prompt())).isEqualTo(row.fields());
            assertThat(row.completion()).startsWith(" ").endsWith(".").doesNotContain("..", "  ");
        });
    }

    @Test
    void heldOutRowsShareNoNameWithTheTrainingRows() {
        Task task = new Task(4);
        List<TaskRow> train = task.rows(MakeEmbedded.TRAIN_ROWS);
        List<TaskRow> heldout = task.unseenRows(MakeEmbedded.HELDOUT_ROWS, train);
        for (String name : List.of("event", "host", "hall")) {
            Set<String> seen = new HashSet<>();
            train.forEach(row -> seen.add(row.fields().get(name)));
            assertThat(heldout)
                    .hasSize(MakeEmbedded.HELDOUT_ROWS)
                    .noneMatch(row -> seen.contains(row.fields().get(name)));
        }
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
