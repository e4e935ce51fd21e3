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
        BatchSampler sampler = new BatchSampler(TEN, size, 7, grouped);
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
        assertThat(lengths(new BatchSampler(TEN, 5, 42, false), 4))
                .isEqualTo(lengths(new BatchSampler(TEN, 5, 42, false), 4));
        assertThat(lengths(new BatchSampler(TEN, 5, 42, false), 2))
                .isNotEqualTo(lengths(new BatchSampler(TEN, 5, 43, false), 2));
        assertThat(lengths(new BatchSampler(TEN, 5, 42, false), 2)).containsExactly(PINNED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void goesOnWhereItStood(boolean grouped) {
        BatchSampler first = new BatchSampler(TEN, 3, 1, grouped);
        for (int stop = 0; stop < 12; stop++) {
            BatchSampler second = new BatchSampler(TEN, 3, 1, grouped);
            second.restore(first.state());
            BatchSampler third = new BatchSampler(TEN, 3, 1, grouped);
            third.restore(first.state());
            assertThat(lengths(second, 9)).isEqualTo(lengths(third, 9));
            third.restore(first.state());
            assertThat(third.next()).isEqualTo(first.next());
        }
    }

    @Test
    void refusesToGoOnWithOtherDataOrSettings() {
        BatchSampler.State state = new BatchSampler(TEN, 3, 1, false).state();
        for (BatchSampler other : List.of(
                new BatchSampler(TEN.subList(0, 9), 3, 1, false),
                new BatchSampler(TEN, 4, 1, false),
                new BatchSampler(TEN, 3, 2, false),
                new BatchSampler(TEN, 3, 1, true))) {
            assertThatThrownBy(() -> other.restore(state)).isInstanceOf(PeftException.class);
        }
    }

    @Test
    void groupingGathersLikeLengths() {
        int[] mixed = IntStream.range(0, 400).map(i -> 1 + (i * 37) % 100).toArray();
        assertThat(spread(new BatchSampler(Texts.ofLengths(mixed), 8, 3, true)))
                .isLessThan(spread(new BatchSampler(Texts.ofLengths(mixed), 8, 3, false)) / 5);
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
