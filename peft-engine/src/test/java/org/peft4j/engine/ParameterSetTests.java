package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.peft4j.api.Init;
import org.peft4j.api.MatrixSource;
import org.peft4j.api.ParamSpec;
import org.peft4j.api.PeftException;

class ParameterSetTests {
    private static final int N = 40_000;

    private static float[] numbers(INDArray vector) {
        float[] all = new float[(int) vector.length()];
        new FloatPointer(vector.data().addressPointer()).get(all);
        return all;
    }

    private static float[] first(Init init, long seed, String key) {
        ParameterSet set = new ParameterSet(GradientCheck.ENGINE, seed);
        EngineParam p = set.add(key, ParamSpec.of("w", init, 400, 100));
        set.allocate();
        return p.toArray();
    }

    @Test
    void aRuleReachesThePartOfEachParameterThatItIsFor() {
        ParameterSet set = new ParameterSet(GradientCheck.ENGINE, 1);
        set.add("a", ParamSpec.of("a", new Init.Constant(1), 10));
        set.add("h", ParamSpec.of("h", new Init.Constant(4), 7).frozen());
        EngineParam b = set.add("b", ParamSpec.of("b", new Init.Constant(2), 50_000));
        set.allocate();
        set.gradients().assign(3);
        INDArray state = Nd4j.zeros(DataType.FLOAT, 1, 2 * 30_005);
        for (ParameterStretch stretch : set.stretches(5, 30_010, state, 2)) {
            float more = stretch.param() == b ? 1 : 0;
            stretch.apply((values, gradients, kept, n) -> {
                for (int i = 0; i < n; i++) {
                    values[i] += gradients[i] + more;
                    kept[0][i] = 7;
                    kept[1][i] += 8 + more;
                }
            });
        }
        float[] values = numbers(set.values());
        assertThat(Arrays.copyOfRange(values, 0, 5)).containsOnly(1f);
        assertThat(Arrays.copyOfRange(values, 5, 10)).containsOnly(4f);
        assertThat(Arrays.copyOfRange(values, 10, 30_010)).containsOnly(6f);
        assertThat(Arrays.copyOfRange(values, 30_010, 50_010)).containsOnly(2f);
        assertThat(Arrays.copyOfRange(numbers(state), 0, 30_005)).containsOnly(7f);
        assertThat(Arrays.copyOfRange(numbers(state), 30_005, 30_010)).containsOnly(8f);
        assertThat(Arrays.copyOfRange(numbers(state), 30_010, 60_010)).containsOnly(9f);
        set.scaleGradients(0.5);
        assertThat(numbers(set.gradients())).containsOnly(1.5f);
        set.zeroGradients();
        assertThat(numbers(set.gradients())).containsOnly(0f);
    }

    @Test
    void flatVectorsAreTheParametersMemory() {
        ParameterSet set = new ParameterSet(GradientCheck.ENGINE, 1);
        EngineParam a = set.add("a", ParamSpec.of("a", new Init.Ones(), 3, 5));
        EngineParam held =
                set.add("h", ParamSpec.of("h", new Init.Constant(4), 7).frozen());
        EngineParam b = set.add("b", ParamSpec.of("b", new Init.Values(new float[] {5, 6}), 2));
        set.allocate();
        assertThat(set.trainable()).containsExactly(a, b);
        assertThat(set.all()).containsExactly(a, held, b);
        assertThat(set.trainableCount()).isEqualTo(17);
        assertThat(a.position()).isZero();
        assertThat(b.position()).isEqualTo(15);
        assertThat(held.toArray()).containsOnly(4f).hasSize(7);
        assertThat(held.needsGradient).isFalse();

        INDArray values = set.values();
        assertThat(values.length()).isEqualTo(17);
        assertThat(numbers(values)).startsWith(1f).endsWith(5f, 6f);
        values.muli(2);
        assertThat(a.toArray()).containsOnly(2f);
        assertThat(b.toArray()).containsExactly(10f, 12f);
        b.assign(new float[] {-1, -2});
        assertThat(numbers(values)).endsWith(-1f, -2f);

        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 1)) {
            tape.backward(tape.ops().sum(tape.ops().mul(b, b)));
        }
        assertThat(numbers(set.gradients())).endsWith(0f, -2f, -4f);
        assertThat(b.gradientArray()).containsExactly(-2f, -4f);
        set.gradients().assign(0);
        assertThat(b.gradientArray()).containsOnly(0f);
    }

    @Test
    void firstValuesHaveTheirDistribution() {
        assertThat(first(new Init.Zeros(), 1, "k")).containsOnly(0f);
        assertThat(first(new Init.Ones(), 1, "k")).containsOnly(1f);
        moments(first(new Init.Normal(0.5, 0.02), 1, "k"), 0.5, 0.02);
        uniform(first(new Init.Uniform(0.3), 1, "k"), 0.3);
        uniform(first(new Init.KaimingUniform(Math.sqrt(5)), 1, "k"), 0.1);
        uniform(first(new Init.KaimingUniform(0), 1, "k"), Math.sqrt(6.0 / 100));
    }

    private static void uniform(float[] values, double bound) {
        moments(values, 0, bound / Math.sqrt(3));
        for (float v : values) {
            assertThat((double) v).isBetween(-bound - 1e-7, bound + 1e-7);
        }
    }

    private static void moments(float[] values, double mean, double std) {
        double sum = 0;
        double squares = 0;
        for (float v : values) {
            sum += v;
            squares += (v - mean) * (v - mean);
        }
        assertThat(sum / N).isCloseTo(mean, within(5 * std / Math.sqrt(N)));
        assertThat(Math.sqrt(squares / N)).isCloseTo(std, within(0.02 * std));
    }

    @Test
    void firstValuesFollowFromSeedAndKeyAlone() {
        Init normal = new Init.Normal(0, 1);
        float[] values = first(normal, 1, "k");
        assertThat(first(normal, 1, "k")).isEqualTo(values);
        assertThat(first(normal, 2, "k")).isNotEqualTo(values);
        assertThat(first(normal, 1, "l")).isNotEqualTo(values);
        ParameterSet set = new ParameterSet(GradientCheck.ENGINE, 1);
        set.add("other", ParamSpec.of("o", normal, 9));
        EngineParam k = set.add("k", ParamSpec.of("w", normal, 400, 100));
        set.allocate();
        assertThat(k.toArray()).isEqualTo(values);
    }

    @Test
    void firstValuesReadFromElsewhere() {
        Given matrix = Given.normal(3, 700, 130);
        MatrixSource source = new MatrixSource() {
            @Override
            public long rows() {
                return 700;
            }

            @Override
            public long cols() {
                return 130;
            }

            @Override
            public void read(long firstRow, int rowCount, float[] into, int offset) {
                System.arraycopy(matrix.values(), (int) firstRow * 130, into, offset, rowCount * 130);
            }
        };
        ParameterSet set = new ParameterSet(GradientCheck.ENGINE, 1);
        EngineParam p = set.add("w", ParamSpec.of("w", new Init.Zeros(), 700, 130), source);
        set.allocate();
        assertThat(p.toArray()).isEqualTo(matrix.values());
        float[] part = new float[5];
        p.read(131, part, 1, 3);
        assertThat(part).containsExactly(0f, matrix.values()[131], matrix.values()[132], matrix.values()[133], 0f);

        ParameterSet wrong = new ParameterSet(GradientCheck.ENGINE, 1);
        wrong.add("w", ParamSpec.of("w", new Init.Zeros(), 700, 129), source);
        assertThatThrownBy(wrong::allocate)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[700, 129]");
    }

    @Test
    void wrongUseIsNamed() {
        ParameterSet set = new ParameterSet(GradientCheck.ENGINE, 1);
        ParamSpec spec = ParamSpec.of("w", new Init.Values(new float[3]), 2, 2);
        set.add("layer.w", spec);
        assertThatThrownBy(() -> set.add("layer.w", spec))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("layer.w");
        assertThatThrownBy(set::allocate)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer.w");
        assertThatThrownBy(() -> set.add("late", spec)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> set.get("layer.w").assign(new float[5])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSetWithoutParametersHasVectorsAllTheSame() {
        ParameterSet set = new ParameterSet(GradientCheck.ENGINE, 1);
        set.allocate();
        assertThat(numbers(set.values())).containsExactly(0f);
        assertThat(numbers(set.gradients())).containsExactly(0f);
        assertThat(set.trainableCount()).isZero();
    }

    @Test
    void numbersThatAreNotFiniteAreFound() {
        ParameterSet set = new ParameterSet(GradientCheck.ENGINE, 1);
        EngineParam p = set.add("w", ParamSpec.of("w", new Init.Ones(), 5000));
        set.allocate();
        assertThat(p.finite()).isTrue();
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            set.values().putScalar(4999, bad);
            assertThat(p.finite()).isFalse();
        }
    }
}
