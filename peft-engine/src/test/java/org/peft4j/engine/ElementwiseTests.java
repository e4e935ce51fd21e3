package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.peft4j.api.Var;
import org.peft4j.engine.arrays.FastExp;

class ElementwiseTests {
    /** An operation of two arguments. */
    interface Two {
        Tensor run(TapeOps ops, Var a, Var b);
    }

    /** An operation of one argument. */
    interface One {
        Tensor run(TapeOps ops, Var a);
    }

    static Stream<Arguments> binary() {
        return Stream.of(
                Arguments.of("add", (Two) TapeOps::add, (DoubleBinaryOperator) (a, b) -> a + b),
                Arguments.of("sub", (Two) TapeOps::sub, (DoubleBinaryOperator) (a, b) -> a - b),
                Arguments.of("mul", (Two) TapeOps::mul, (DoubleBinaryOperator) (a, b) -> a * b),
                Arguments.of("div", (Two) TapeOps::div, (DoubleBinaryOperator) (a, b) -> a / b));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("binary")
    void twoOfTheSameShape(String name, Two op, DoubleBinaryOperator reference) {
        for (long rows : new long[] {3, 300}) {
            Given a = Given.normal(1, rows, 131);
            Given b = Given.between(2, 0.7, 2, true, rows, 131);
            float[] y = GradientCheck.check((tape, in) -> op.run(tape.ops(), in[0], in[1]), a, b);
            compare(y, a, b, reference);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("binary")
    void oneRowForEveryRow(String name, Two op, DoubleBinaryOperator reference) {
        for (long rows : new long[] {4, 260}) {
            Given a = Given.normal(3, 2, rows / 2, 140);
            Given b = Given.between(4, 0.7, 2, true, 140);
            float[] y = GradientCheck.check((tape, in) -> op.run(tape.ops(), in[0], in[1]), a, b);
            compare(y, a, b, reference);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("binary")
    void oneNumberForEveryElement(String name, Two op, DoubleBinaryOperator reference) {
        Given a = Given.normal(5, 7, 9);
        Given b = Given.between(6, 0.7, 2, true, 1);
        float[] y = GradientCheck.check((tape, in) -> op.run(tape.ops(), in[0], in[1]), a, b);
        compare(y, a, b, reference);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("binary")
    void bothArgumentsTheSameTensor(String name, Two op, DoubleBinaryOperator reference) {
        Given a = Given.between(7, 0.7, 2, true, 5, 6);
        float[] y = GradientCheck.check((tape, in) -> op.run(tape.ops(), in[0], in[0]), a);
        compare(y, a, a, reference);
    }

    private static void compare(float[] y, Given a, Given b, DoubleBinaryOperator reference) {
        float[] expected = new float[y.length];
        for (int i = 0; i < y.length; i++) {
            expected[i] = (float) reference.applyAsDouble(a.values()[i], b.values()[i % b.values().length]);
        }
        GradientCheck.close("value", y, expected, 1e-6);
    }

    static Stream<Arguments> unary() {
        double c = Math.sqrt(2 / Math.PI);
        return Stream.of(
                Arguments.of("relu", (One) TapeOps::relu, (DoubleUnaryOperator) x -> Math.max(x, 0)),
                Arguments.of("silu", (One) TapeOps::silu, (DoubleUnaryOperator) x -> x / (1 + Math.exp(-x))),
                Arguments.of("gelu", (One) TapeOps::gelu, (DoubleUnaryOperator)
                        x -> 0.5 * x * (1 + Math.tanh(c * (x + 0.044715 * x * x * x)))),
                Arguments.of("tanh", (One) TapeOps::tanh, (DoubleUnaryOperator) Math::tanh),
                Arguments.of("sigmoid", (One) TapeOps::sigmoid, (DoubleUnaryOperator) x -> 1 / (1 + Math.exp(-x))),
                Arguments.of("scale", (One) (ops, x) -> ops.scale(x, -1.75), (DoubleUnaryOperator) x -> -1.75 * x));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unary")
    void ofOneArgument(String name, One op, DoubleUnaryOperator reference) {
        for (long rows : new long[] {3, 290}) {
            // Away from 0, where relu has no derivative.
            Given x = Given.between(8, 0.15, 3, true, rows, 127);
            compare(GradientCheck.check((tape, in) -> op.run(tape.ops(), in[0]), x), x, reference);
        }
    }

    @Test
    void smallArgumentsKeepTheirAccuracy() {
        Given x = Given.between(9, 0.001, 0.08, true, 8, 8);
        compare(GradientCheck.check((tape, in) -> tape.ops().tanh(in[0]), x), x, Math::tanh);
    }

    @Test
    void squareRootAndItsSlopeAtZero() {
        Given x = Given.between(10, 0.3, 4, false, 6, 9);
        compare(GradientCheck.check((tape, in) -> tape.ops().sqrt(in[0]), x), x, Math::sqrt);
        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 1)) {
            Tensor leaf = tape.leaf(new float[] {0f, 4f}, true, 2);
            tape.backward(tape.ops().sum(tape.ops().sqrt(leaf)));
            assertThat(tape.gradientOf(leaf)).containsExactly(0f, 0.25f);
        }
    }

    private static void compare(float[] y, Given x, DoubleUnaryOperator reference) {
        float[] expected = new float[y.length];
        for (int i = 0; i < y.length; i++) {
            expected[i] = (float) reference.applyAsDouble(x.values()[i]);
        }
        GradientCheck.close("value", y, expected, 1e-6);
    }

    @Test
    void extremeArgumentsStayFinite() {
        try (Tape tape = GradientCheck.ENGINE.tape(false, false, 1)) {
            TapeOps ops = tape.ops();
            Tensor x = ops.constant(new float[] {-1e4f, -100f, 100f, 1e4f}, 4);
            assertThat(ops.sigmoid(x).toArray()).containsExactly(new float[] {0f, 0f, 1f, 1f}, PRECISE);
            assertThat(ops.tanh(x).toArray()).containsExactly(-1f, -1f, 1f, 1f);
            assertThat(ops.silu(x).toArray()).containsExactly(new float[] {0f, 0f, 100f, 1e4f}, PRECISE);
            assertThat(ops.softmax(x).toArray()).containsExactly(new float[] {0f, 0f, 0f, 1f}, PRECISE);
            Tensor nan = ops.constant(new float[] {Float.NaN}, 1);
            assertThat(ops.sigmoid(nan).toArray()[0]).isNaN();
            assertThat(ops.tanh(nan).toArray()[0]).isNaN();
            assertThat(ops.relu(nan).toArray()[0]).isNaN();
        }
    }

    private static final org.assertj.core.data.Offset<Float> PRECISE = org.assertj.core.data.Offset.offset(1e-6f);

    @Test
    void shapesThatDoNotFitAreNamed() {
        try (Tape tape = GradientCheck.ENGINE.tape(false, false, 1)) {
            TapeOps ops = tape.ops();
            Tensor a = ops.constant(new float[6], 2, 3);
            Tensor b = ops.constant(new float[4], 2, 2);
            assertThatThrownBy(() -> ops.add(a, b))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[2, 3]")
                    .hasMessageContaining("[2, 2]");
            assertThatThrownBy(() -> ops.constant(new float[5], 2, 3)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void exponentialIsPrecise() {
        for (double x = -86; x < 88; x += 0.0137) {
            double exact = Math.exp((float) x);
            float[] number = {(float) x};
            FastExp.exp(number, 0, 1);
            assertThat(number[0] / exact - 1).as("exp(%s)", x).isBetween(-3e-7, 3e-7);
        }
    }

    @Test
    void exponentialsOfOneAndOfManyAreTheSameBits() {
        float[] many = Given.between(1, 0, 100, true, 5000).values();
        many[17] = Float.NaN;
        many[18] = Float.NEGATIVE_INFINITY;
        float[] expected = many.clone();
        for (int i = 3; i < 4996; i++) {
            FastExp.exp(expected, i, 1);
        }
        FastExp.exp(many, 3, 4993);
        assertThat(many).isEqualTo(expected);
    }
}
