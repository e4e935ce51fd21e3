package org.peft4j.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.peft4j.engine.arrays.ArrayKernels;
import org.peft4j.engine.arrays.PlainKernels;

/** Kernels with the Vector API do what those in plain Java do, whatever the number of elements. */
class VectorKernelsTests {
    private static final ArrayKernels PLAIN = new PlainKernels();
    private static final float CLOSE = 4e-7f;

    private final ArrayKernels vector = new VectorSource().kernels().orElse(PLAIN);

    static IntStream counts() {
        return IntStream.of(1, 3, 7, 8, 15, 16, 17, 31, 32, 33, 64, 100, 576, 1000, 1024);
    }

    private static float[] numbers(int seed, int n, float scale) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] v = new float[n];
        for (int i = 0; i < n; i++) {
            v[i] = (float) random.nextGaussian() * scale;
        }
        return v;
    }

    private static void assertClose(float[] actual, float[] expected, float scale) {
        for (int i = 0; i < expected.length; i++) {
            float allowed = CLOSE * Math.max(scale, Math.abs(expected[i]));
            assertThat(actual[i]).as("element %d", i).isCloseTo(expected[i], within(allowed));
        }
    }

    @Test
    void testsRunWithTheVectorApi() {
        Assumptions.assumeTrue(
                ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent(), "no Vector API");
        Assumptions.assumeTrue(VectorKernels.worthwhile(), "a processor without vectors of 256 bits");
        assertThat(new VectorSource().kernels()).isPresent();
        assertThat(ArrayKernels.fastest().description()).startsWith("Vector API");
    }

    @ParameterizedTest
    @MethodSource("counts")
    void sumsAndMaximaAreEqual(int n) {
        float[] a = numbers(n, n + 3, 2f);
        float[] b = numbers(n + 1, n + 3, 2f);
        assertThat(vector.max(a, 3, n + 3)).isEqualTo(PLAIN.max(a, 3, n + 3));
        assertThat(vector.sum(a, 2, n)).isCloseTo(PLAIN.sum(a, 2, n), within(4e-6f * n));
        assertThat(vector.dot(a, b, n)).isCloseTo(PLAIN.dot(a, b, n), within(1e-5f * n));
    }

    @ParameterizedTest
    @MethodSource("counts")
    void exponentialsAreEqual(int n) {
        float[] expected = numbers(n, n + 5, 30f);
        expected[n / 2] = -1e30f;
        expected[0] = 200f;
        float[] actual = expected.clone();
        float[] before = expected.clone();
        PLAIN.exp(expected, 2, n);
        vector.exp(actual, 2, n);
        assertClose(actual, expected, 0f);
        for (int i = 2; i < n + 2; i++) {
            double exact = Math.exp(Math.max(-87, Math.min(88, before[i])));
            assertThat(actual[i] / exact).isCloseTo(1, within(3e-7));
        }
        assertThat(actual[0]).as("what lies before").isEqualTo(before[0]);
        assertThat(actual[n + 2]).as("what lies behind").isEqualTo(before[n + 2]);
    }

    @ParameterizedTest
    @MethodSource("counts")
    void gatedActivationsAndTheirGradientsAreEqual(int n) {
        float[] g = numbers(1, n, 4f);
        float[] u = numbers(2, n, 1f);
        float[] dy = numbers(3, n, 1f);
        float[][] expected = new float[3][n];
        float[][] actual = new float[3][n];
        PLAIN.swiglu(g, u, expected[0], n);
        vector.swiglu(g, u, actual[0], n);
        PLAIN.swigluGradients(dy, g, u, expected[1], expected[2], n);
        vector.swigluGradients(dy, g, u, actual[1], actual[2], n);
        for (int i = 0; i < 3; i++) {
            assertClose(actual[i], expected[i], 1f);
        }
    }

    static Stream<ArrayKernels> both() {
        return Stream.concat(Stream.of(PLAIN), new VectorSource().kernels().stream());
    }

    @ParameterizedTest
    @MethodSource("both")
    void gradientsMayTakeThePlaceOfWhatTheyAreMadeFrom(ArrayKernels kernels) {
        float[] g = numbers(1, 50, 4f);
        float[] u = numbers(2, 50, 1f);
        float[] dy = numbers(3, 50, 1f);
        float[][] apart = new float[2][50];
        kernels.swigluGradients(dy, g, u, apart[0], apart[1], 50);
        kernels.swigluGradients(dy, g, u, g, dy, 50);
        assertThat(g).isEqualTo(apart[0]);
        assertThat(dy).isEqualTo(apart[1]);
    }

    @ParameterizedTest
    @MethodSource("both")
    void roundingGoesToTheNearestAndOfTwoToTheEven(ArrayKernels kernels) {
        float[] special = {
            1f, 1.00390625f, 1.01171875f, -1.00390625f, 0f, -0f, Float.NaN, Float.POSITIVE_INFINITY, 3.4e38f, 1e-40f
        };
        float[] x = new float[64];
        for (int i = 0; i < x.length; i++) {
            x[i] = special[i % special.length];
        }
        short[] half = new short[64];
        float[] back = new float[64];
        kernels.round(x, 0, half, 64);
        kernels.widen(half, back, 64);
        float[] expected = {1f, 1f, 1.015625f, -1f, 0f, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY
        };
        for (int i = 0; i < x.length; i++) {
            if (i % special.length < expected.length) {
                assertThat(Float.valueOf(back[i]))
                        .as("element %d", i)
                        .isEqualTo(Float.valueOf(expected[i % special.length]));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("counts")
    void roundingIsTheSameToTheBit(int n) {
        float[] x = numbers(n, n + 2, 3f);
        short[] expected = new short[n + 1];
        short[] actual = new short[n + 1];
        PLAIN.round(x, 1, expected, n);
        vector.round(x, 1, actual, n);
        assertThat(actual).isEqualTo(expected);
        float[] wide = new float[n];
        vector.widen(actual, wide, n);
        for (int i = 0; i < n; i++) {
            assertThat(wide[i]).isCloseTo(x[i + 1], within(Math.abs(x[i + 1]) / 256));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 16, 32, 64, 96, 128})
    void codesAreLookedUpInTheTableOfTheirBlock(int block) {
        int blocks = 5;
        SplittableRandom random = new SplittableRandom(block);
        byte[] codes = new byte[blocks * block / 2];
        random.nextBytes(codes);
        short[] tables = new short[16 * (blocks + 1)];
        for (int i = 0; i < tables.length; i++) {
            tables[i] = (short) random.nextInt();
        }
        for (ArrayKernels kernels : both().toList()) {
            short[] found = new short[blocks * block + 2];
            kernels.lookUp(tables, block, codes, blocks, found, 1);
            assertThat(found[0]).isZero();
            assertThat(found[found.length - 1]).isZero();
            for (int i = 0; i < blocks * block; i++) {
                int code = (i % 2 == 0 ? codes[i / 2] >> 4 : codes[i / 2]) & 0xf;
                assertThat(found[i + 1]).as("element %d", i).isEqualTo(tables[i / block * 16 + code]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 48})
    void outerProductsAreTheSameToTheBit(int n) {
        float[] column = numbers(1, 9, 2f);
        float[] row = numbers(2, n, 2f);
        for (ArrayKernels kernels : both().toList()) {
            float[] products = new float[8 * n + 1];
            kernels.outer(column, 8, row, products);
            for (int i = 0; i < 8 * n; i++) {
                assertThat(products[i]).as("element %d", i).isEqualTo(column[i / n] * row[i % n]);
            }
            assertThat(products[8 * n]).isZero();
        }
    }
}
