package org.peft4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.peft4j.api.PeftException;

class BatchSamplerTests {
    private static final List<Example> TEN = Texts.ofLengths(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);

    @ParameterizedTest
    @CsvSource({"3, false, 4", "3, true, 4", "5, false, 2", "16, true, 1", "1, false, 10"})
    void anEpochHasEveryExampleOnce(int size, boolean grouped, int batches) {
        BatchSampler sampler = new BatchSampler(TEN, BatchSize.sequences(size), 7, grouped);
        assertThat(sampler.batchesPerEpoch()).isEqualTo(batches);
        List<List<Integer>> epochs = new ArrayList<>();
        for (int epoch = 0; epoch < 3; epoch++) {
            epochs.add(lengths(sampler, batches));
            assertThat(epochs.get(epoch)).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
            assertThat(sampler.epochsDone()).isEqualTo(epoch + 1.0);
        }
        boolean oneOrder = grouped && batches == 1; // sorted, so there is nothing to shuffle
        assertThat(epochs.stream().distinct()).hasSize(oneOrder ? 1 : 3);
    }

    @Test
    void theOrderIsPinnedToTheSeed() {
        assertThat(lengths(new BatchSampler(TEN, BatchSize.sequences(5), 42, false), 4))
                .isEqualTo(lengths(new BatchSampler(TEN, BatchSize.sequences(5), 42, false), 4));
        assertThat(lengths(new BatchSampler(TEN, BatchSize.sequences(5), 42, false), 2))
                .isNotEqualTo(lengths(new BatchSampler(TEN, BatchSize.sequences(5), 43, false), 2));
        assertThat(lengths(new BatchSampler(TEN, BatchSize.sequences(5), 42, false), 2))
                .containsExactly(PINNED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void goesOnWhereItStood(boolean grouped) {
        BatchSampler first = new BatchSampler(TEN, BatchSize.sequences(3), 1, grouped);
        for (int stop = 0; stop < 12; stop++) {
            BatchSampler second = new BatchSampler(TEN, BatchSize.sequences(3), 1, grouped);
            second.restore(first.state());
            BatchSampler third = new BatchSampler(TEN, BatchSize.sequences(3), 1, grouped);
            third.restore(first.state());
            assertThat(lengths(second, 9)).isEqualTo(lengths(third, 9));
            third.restore(first.state());
            assertThat(third.next()).isEqualTo(first.next());
        }
    }

    @Test
    void refusesToGoOnWithOtherDataOrSettings() {
        BatchSampler.State state = new BatchSampler(TEN, BatchSize.sequences(3), 1, false).state();
        for (BatchSampler other : List.of(
                new BatchSampler(TEN.subList(0, 9), BatchSize.sequences(3), 1, false),
                new BatchSampler(TEN, BatchSize.sequences(4), 1, false),
                new BatchSampler(TEN, BatchSize.sequences(3), 2, false),
                new BatchSampler(TEN, BatchSize.sequences(3), 1, true))) {
            assertThatThrownBy(() -> other.restore(state)).isInstanceOf(PeftException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"12, false", "12, true", "10, false", "55, true", "1000, false"})
    void byTokensABatchTakesWhatFits(int most, boolean grouped) {
        BatchSampler sampler = new BatchSampler(TEN, BatchSize.tokens(most), 7, grouped);
        for (int epoch = 0; epoch < 3; epoch++) {
            List<Integer> all = new ArrayList<>();
            int before = most;
            boolean more = true;
            while (more) {
                List<Integer> batch =
                        sampler.next().stream().map(Example::length).toList();
                int tokens = batch.stream().mapToInt(Integer::intValue).sum();
                assertThat(tokens).isBetween(1, most);
                if (!grouped) {
                    assertThat(before + batch.get(0)).as("room was left").isGreaterThan(most);
                }
                before = tokens;
                all.addAll(batch);
                more = sampler.epochsDone() < epoch + 1;
            }
            assertThat(all).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void byTokensItGoesOnWhereItStood(boolean grouped) {
        int[] mixed = IntStream.range(0, 40).map(i -> 1 + (i * 37) % 30).toArray();
        List<Example> examples = Texts.ofLengths(mixed);
        BatchSampler whole = new BatchSampler(examples, BatchSize.tokens(64), 5, grouped);
        for (int stop = 0; stop < 30; stop++) {
            BatchSampler second = new BatchSampler(examples, BatchSize.tokens(64), 5, grouped);
            second.restore(whole.state());
            assertThat(second.next()).isEqualTo(whole.next());
        }
        assertThatThrownBy(() -> new BatchSampler(examples, BatchSize.sequences(64), 5, grouped).restore(whole.state()))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("64 sequences");
    }

    @Test
    void aRowThatNoBatchTakesIsNamed() {
        assertThatThrownBy(() -> new BatchSampler(TEN, BatchSize.tokens(9), 1, false))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining(TEN.get(9).row().at().toString())
                .hasMessageContaining("has 10 tokens, a batch takes 9")
                .hasMessageContaining("batch-size");
    }

    /** Rows of any length: batches of so many rows differ by far more than batches of so many tokens. */
    @Test
    void byTokensBatchesAreAboutTheSameWork() {
        int[] mixed = IntStream.range(0, 400).map(i -> 1 + (i * 37) % 100).toArray();
        List<Example> examples = Texts.ofLengths(mixed);
        assertThat(least(new BatchSampler(examples, BatchSize.tokens(800), 3, false)))
                .isGreaterThan(700);
        assertThat(least(new BatchSampler(examples, BatchSize.sequences(16), 3, false)))
                .isLessThan(700);
        assertThat(least(new BatchSampler(examples, BatchSize.tokens(800), 3, true)))
                .isGreaterThan(700);
        assertThat(spread(new BatchSampler(examples, BatchSize.tokens(800), 3, true)))
                .isLessThan(spread(new BatchSampler(examples, BatchSize.tokens(800), 3, false)) / 3);
    }

    /** The tokens of an epoch's smallest batch but the last one of the order, which takes what is left. */
    private static int least(BatchSampler sampler) {
        List<Integer> sizes = IntStream.range(0, sampler.batchesPerEpoch())
                .map(i -> sampler.next().stream().mapToInt(Example::length).sum())
                .sorted()
                .boxed()
                .toList();
        return sizes.get(1);
    }

    @Test
    void groupingGathersLikeLengths() {
        int[] mixed = IntStream.range(0, 400).map(i -> 1 + (i * 37) % 100).toArray();
        assertThat(spread(new BatchSampler(Texts.ofLengths(mixed), BatchSize.sequences(8), 3, true)))
                .isLessThan(spread(new BatchSampler(Texts.ofLengths(mixed), BatchSize.sequences(8), 3, false)) / 5);
    }

    @Test
    void evaluationKeepsTheOrderAndTheBudget() {
        List<List<Example>> batches = EvaluationBatches.of(TEN, 12);
        assertThat(batches.stream().map(b -> b.stream().map(Example::length).toList()))
                .containsExactly(List.of(1, 2, 3, 4), List.of(5, 6), List.of(7), List.of(8), List.of(9), List.of(10));
        assertThat(EvaluationBatches.of(TEN, 1)).hasSize(10);
        assertThat(EvaluationBatches.of(List.of(), 1)).isEmpty();
    }

    private static final Integer[] PINNED = {2, 4, 5, 1, 8, 7, 10, 3, 6, 9};

    private static int spread(BatchSampler sampler) {
        int sum = 0;
        for (int i = 0; i < sampler.batchesPerEpoch(); i++) {
            var lengths = sampler.next().stream().mapToInt(Example::length).summaryStatistics();
            sum += lengths.getMax() - lengths.getMin();
        }
        return sum;
    }

    private static List<Integer> lengths(BatchSampler sampler, int batches) {
        List<Integer> lengths = new ArrayList<>();
        for (int i = 0; i < batches; i++) {
            sampler.next().forEach(e -> lengths.add(e.length()));
        }
        return lengths;
    }
}
