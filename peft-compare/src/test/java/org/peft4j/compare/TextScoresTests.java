package org.peft4j.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.peft4j.report.Figure;

/** Against figures that sacrebleu's and rouge_score's own documentation prints. */
class TextScoresTests {
    @Test
    void bleuIsSacrebleus() {
        Bleu bleu = new Bleu();
        bleu.add("The dog bit the man.", List.of("The dog bit the man.", "The dog had bit the man."));
        bleu.add("It wasn't surprising.", List.of("It was not unexpected.", "No one was surprised."));
        bleu.add("The man had just bitten him.", List.of("The man bit him first.", "The man had bitten the dog."));

        assertThat(bleu.score()).isCloseTo(48.530827009929865, within(1e-9));
    }

    @Test
    void bleuSmoothsAnOrderWithoutAMatch() {
        Bleu bleu = new Bleu();
        bleu.add("a b c d", List.of("a b x d"));

        // 3 of 4 words, 1 of 3 pairs, no triple of 2 (smoothed: 1 of 2 x 2), no quadruple of 1 (1 of 4 x 1)
        double mean = Math.exp((Math.log(3 / 4.0) + Math.log(1 / 3.0) + Math.log(1 / 4.0) + Math.log(1 / 4.0)) / 4);
        assertThat(bleu.score()).isCloseTo(100 * mean, within(1e-9));
    }

    @Test
    void bleuPunishesShortTexts() {
        Bleu bleu = new Bleu();
        bleu.add("a b c d", List.of("a b c d e f"));

        assertThat(bleu.score()).isCloseTo(100 * Math.exp(1 - 6 / 4.0), within(1e-9));
    }

    @Test
    void bleuOfNothingInCommonIsZero() {
        Bleu bleu = new Bleu();
        bleu.add("", List.of("a b c d"));
        bleu.add("w x y z", List.of("a b c d"));

        assertThat(bleu.score()).isZero();
    }

    @Test
    void wordsAreTakenApartAsMteval13aDoes() {
        assertThat(Bleu.tokens("Costs $3.50, isn't 1,000-fold (&quot;ok&quot;)."))
                .containsExactly(
                        "Costs", "$", "3.50", ",", "isn't", "1,000", "-", "fold", "(", "\"", "ok", "\"", ")", ".");
    }

    @Test
    void rougeLIsRougeScores() {
        double score = RougeL.of(
                "The quick brown dog jumps on the log.", List.of("The quick brown fox jumps over the lazy dog"));

        assertThat(score).isCloseTo(0.5882352941176471, within(1e-12));
    }

    @Test
    void rougeLTakesTheBestReference() {
        assertThat(RougeL.of("red it is", List.of("nothing", "Red, it is!"))).isEqualTo(1);
        assertThat(RougeL.of("", List.of("a"))).isZero();
    }

    @Test
    void sharesCountTexts() {
        TextScores scores = new TextScores();
        scores.add("Ann at noon", List.of("at noon Ann", "Ann at noon"), List.of("Ann", "noon"));
        scores.add("Bob", List.of("Bob at ten"), List.of("Bob", "ten"));

        assertThat(scores.figures()).containsEntry(Figure.EXACT_MATCH, 0.5).containsEntry(Figure.FIELDS_CARRIED, 0.5);
    }
}
