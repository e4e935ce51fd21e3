package org.peft4j.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CorpusTests {
    /** Two labelled values as the task's prompt writes them. */
    private static final String TASK_STYLE = "\\w = [^=\n;]*; [\\w' ]+ = ";

    private static List<String> documents(long seed, int count) {
        return Stream.generate(new Corpus(seed)::next).limit(count).toList();
    }

    @Test
    void oneSeedGivesOneCorpus() {
        assertThat(documents(5, 200)).isEqualTo(documents(5, 200)).isNotEqualTo(documents(6, 200));
    }

    @Test
    void documentsAreFinishedText() {
        assertThat(documents(7, 20_000))
                .allSatisfy(text -> assertThat(text)
                        .hasSizeBetween(10, 900)
                        .isEqualTo(text.strip())
                        .doesNotContain("{", "}", "<", "(n)", "|")
                        .doesNotContainPattern("[^-]>"));
    }

    @Test
    void documentsSeldomRepeat() {
        List<String> texts = documents(8, 20_000);
        assertThat(texts.stream().distinct().count()).isGreaterThan(19_000);
    }

    @Test
    void knowsNothingOfTheTask() {
        List<String> openings =
                List.of(" invites you to the ", "takes place at", "Join ", "hosted by", "hosts the", "tickets cost");
        assertThat(documents(9, 20_000)).allSatisfy(text -> {
            assertThat(text)
                    .doesNotContain("=>", "event", "Tickets", "Admission")
                    .doesNotContainPattern(TASK_STYLE);
            assertThat(openings).noneMatch(text::contains);
        });
    }

    @Test
    void articlesFitTheNextWord() {
        assertThat(documents(10, 5_000))
                .allSatisfy(text -> assertThat(text)
                        .doesNotContainPattern("\\b[Aa]n [bcdfghjklmnpqrstvwxz]")
                        .doesNotContainPattern("\\b[Aa] (apple|owl|old|orange|umbrella|icy|eagle|otter|elephant)\\b"));
    }
}
