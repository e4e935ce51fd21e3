package org.peft4j.qlora;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The best low-rank approximation of a matrix, up to the accuracy of a few steps of subspace iteration (Halko, Martinsson and Tropp
 * 2011, algorithms 4.4 and 5.1). The same matrix always gives the same bits.
 */
final class LowRank {
    private static final int OVERSAMPLING = 8;
    private static final int ITERATIONS = 4;
    private static final int SWEEPS = 30;

    private final float[] matrix;
    private final int rows;
    private final int cols;

    private LowRank(float[] matrix, int rows, int cols) {
        this.matrix = matrix;
        this.rows = rows;
        this.cols = cols;
    }

    /**
     * Two factors, each with the square root of the singular values.
     *
     * @param left [rows, rank]
     * @param right [rank, cols]
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Factors(float[] left, float[] right) {}

    /** Factors a matrix [rows, cols], row-major. */
    static Factors of(float[] matrix, int rows, int cols, int rank) {
        return new LowRank(matrix, rows, cols).factors(rank);
    }

    private Factors factors(int rank) {
        int k = Math.min(rank + OVERSAMPLING, Math.min(rows, cols));
        SplittableRandom random = new SplittableRandom(k);
        double[][] right = new double[k][cols];
        for (double[] row : right) {
            Arrays.setAll(row, i -> random.nextGaussian());
        }
        double[][] left = onto(right);
        orthonormalize(left);
        for (int i = 0; i < ITERATIONS; i++) {
            right = back(left);
            orthonormalize(right);
            left = onto(right);
            orthonormalize(left);
        }
        right = back(left);
        return scaled(left, right, rank);
    }

    /** Each row of [k, cols] times the transposed matrix: [k, rows]. */
    private double[][] onto(double[][] right) {
        double[][] left = new double[right.length][rows];
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < right.length; j++) {
                double sum = 0;
                for (int c = 0; c < cols; c++) {
                    sum += right[j][c] * matrix[r * cols + c];
                }
                left[j][r] = sum;
            }
        }
        return left;
    }

    /** Each row of [k, rows] times the matrix: [k, cols]. */
    private double[][] back(double[][] left) {
        double[][] right = new double[left.length][cols];
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < left.length; j++) {
                double factor = left[j][r];
                double[] into = right[j];
                for (int c = 0; c < cols; c++) {
                    into[c] += factor * matrix[r * cols + c];
                }
            }
        }
        return right;
    }

    /** Gram-Schmidt, twice for accuracy; what depends on the rows before becomes zero. */
    private static void orthonormalize(double[][] vectors) {
        for (int j = 0; j < vectors.length; j++) {
            double before = Math.sqrt(dot(vectors[j], vectors[j]));
            for (int pass = 0; pass < 2; pass++) {
                for (int i = 0; i < j; i++) {
                    double share = dot(vectors[i], vectors[j]);
                    for (int c = 0; c < vectors[j].length; c++) {
                        vectors[j][c] -= share * vectors[i][c];
                    }
                }
            }
            double length = Math.sqrt(dot(vectors[j], vectors[j]));
            double factor = length > 1e-12 * before ? 1 / length : 0;
            for (int c = 0; c < vectors[j].length; c++) {
                vectors[j][c] *= factor;
            }
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** From an orthonormal basis [k, rows] and the matrix in it [k, cols], by the eigenvectors of the latter's Gram matrix. */
    private Factors scaled(double[][] basis, double[][] inner, int rank) {
        int k = basis.length;
        double[][] gram = new double[k][k];
        for (int i = 0; i < k; i++) {
            for (int j = 0; j < k; j++) {
                gram[i][j] = dot(inner[i], inner[j]);
            }
        }
        double[][] vectors = diagonalize(gram);
        Integer[] order = new Integer[k];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (i, j) -> Double.compare(gram[j][j], gram[i][i]));
        float[] left = new float[rows * rank];
        float[] right = new float[rank * cols];
        for (int t = 0; t < Math.min(rank, k); t++) {
            int e = order[t];
            double root = Math.sqrt(Math.sqrt(Math.max(0, gram[e][e])));
            for (int j = 0; j < k && root > 0; j++) {
                double share = vectors[j][e];
                for (int r = 0; r < rows; r++) {
                    left[r * rank + t] += (float) (share * basis[j][r] * root);
                }
                for (int c = 0; c < cols; c++) {
                    right[t * cols + c] += (float) (share * inner[j][c] / root);
                }
            }
        }
        return new Factors(left, right);
    }

    /** Jacobi rotations; leaves the eigenvalues on the diagonal and gives the eigenvectors as columns. */
    private static double[][] diagonalize(double[][] a) {
        int n = a.length;
        double[][] v = new double[n][n];
        for (int i = 0; i < n; i++) {
            v[i][i] = 1;
        }
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            for (int p = 0; p < n; p++) {
                for (int q = p + 1; q < n; q++) {
                    rotate(a, v, p, q);
                }
            }
        }
        return v;
    }

    private static void rotate(double[][] a, double[][] v, int p, int q) {
        if (Math.abs(a[p][q]) <= 1e-18 * Math.sqrt(Math.abs(a[p][p] * a[q][q]))) {
            return;
        }
        double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        double t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        double cos = 1 / Math.sqrt(t * t + 1);
        double sin = t * cos;
        for (int i = 0; i < a.length; i++) {
            double x = a[i][p];
            double y = a[i][q];
            a[i][p] = cos * x - sin * y;
            a[i][q] = sin * x + cos * y;
        }
        for (int i = 0; i < a.length; i++) {
            double x = a[p][i];
            double y = a[q][i];
            a[p][i] = cos * x - sin * y;
            a[q][i] = sin * x + cos * y;
            x = v[i][p];
            y = v[i][q];
            v[i][p] = cos * x - sin * y;
            v[i][q] = sin * x + cos * y;
        }
    }
}
