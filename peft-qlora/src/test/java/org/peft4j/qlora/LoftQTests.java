package org.peft4j.qlora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peft4j.api.MatrixSource;

/** Low-rank factors, and what LoftQ gains by them. */
class LoftQTests {
    private static final int ROWS = 48;
    private static final int COLS = 64;
    private static final MatrixSource WEIGHT = Matrix.cubes(ROWS, COLS);

    @Test
    void aMatrixOfLowRankIsFoundExactly() {
        float[] matrix = new float[ROWS * COLS];
        for (int i = 0; i < matrix.length; i++) {
            int r = i / COLS;
            int c = i % COLS;
            matrix[i] = (float) (Math.sin(r) * Math.cos(2 * c) + 0.1 * Math.cos(3 * r) * Math.sin(c));
        }
        LowRank.Factors factors = LowRank.of(matrix, ROWS, COLS, 2);
        assertThat(rest(matrix, factors.left(), factors.right(), 2, 1)).isLessThan(1e-5);
    }

    @Test
    void theBestApproximationHasTheLargestSingularValues() {
        // A diagonal matrix: what rank 3 leaves is all but the three largest of its elements.
        float[] matrix = new float[20 * 20];
        double left = 0;
        for (int i = 0; i < 20; i++) {
            matrix[i * 20 + i] = 1f / (1 + (i * 7) % 20);
            left += i < 3 ? 0 : Math.pow(1.0 / (1 + i), 2);
        }
        LowRank.Factors factors = LowRank.of(matrix, 20, 20, 3);
        double sum = 0;
        for (int i = 0; i < matrix.length; i++) {
            double product = 0;
            for (int t = 0; t < 3; t++) {
                product += factors.left()[i / 20 * 3 + t] * factors.right()[t * 20 + i % 20];
            }
            sum += Math.pow(matrix[i] - product, 2);
        }
        assertThat(Math.sqrt(sum)).isCloseTo(Math.sqrt(left), within(1e-4));
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "5, 2", "1, 0.5"})
    void theErrorIsSmallerThanThatOfQuantizationAlone(int iterations, double scale) {
        float[] full = Matrix.values(WEIGHT);
        float[] plain = new float[full.length];
        new Nf4Codec().encode(WEIGHT).decode(0, ROWS, plain, 0);
        double before = distance(full, plain);

        LoftQ loftq = LoftQ.of(WEIGHT, new Nf4Codec(), 8, scale, iterations);
        float[] kept = new float[full.length];
        loftq.weight().decode(0, ROWS, kept, 0);
        float[] residue = new float[full.length];
        for (int i = 0; i < full.length; i++) {
            residue[i] = full[i] - kept[i];
        }
        double after = rest(residue, loftq.factors().b(), loftq.factors().a(), 8, scale);
        assertThat(after).isLessThan(0.8 * before);
    }

    @Test
    void theSameMatrixGivesTheSameBits() {
        LoftQ one = LoftQ.of(WEIGHT, new Nf4Codec(), 4, 1, 3);
        LoftQ two = LoftQ.of(WEIGHT, new Nf4Codec(), 4, 1, 3);
        assertThat(one.factors().a()).isEqualTo(two.factors().a());
        assertThat(one.weight().tensors()).isEqualTo(two.weight().tensors());
    }

    @Test
    void aRankAboveTheMatrixsOwnIsFilledWithZeros() {
        LowRank.Factors factors = LowRank.of(new float[] {3, 0, 0, 4}, 2, 2, 5);
        assertThat(rest(new float[] {3, 0, 0, 4}, factors.left(), factors.right(), 5, 1, 2))
                .isLessThan(1e-6);
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.pow(a[i] - b[i], 2);
        }
        return Math.sqrt(sum);
    }

    private static double rest(float[] matrix, float[] left, float[] right, int rank, double scale) {
        return rest(matrix, left, right, rank, scale, COLS);
    }

    private static double rest(float[] matrix, float[] left, float[] right, int rank, double scale, int cols) {
        float[] product = new float[matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            double sum = 0;
            for (int t = 0; t < rank; t++) {
                sum += (double) left[i / cols * rank + t] * right[t * cols + i % cols];
            }
            product[i] = (float) (scale * sum);
        }
        return distance(matrix, product);
    }
}
