package org.peft4j.lora;

import java.util.Arrays;
import java.util.Map;
import java.util.function.BinaryOperator;
import org.peft4j.api.BaseLinear;
import org.peft4j.api.Init;
import org.peft4j.api.MatrixSource;
import org.peft4j.api.Ops;
import org.peft4j.api.Param;
import org.peft4j.api.ParamScope;
import org.peft4j.api.ParamSpec;
import org.peft4j.api.Site;
import org.peft4j.api.Var;

/** Just enough arithmetic, in double, to check a hook's formula against the formula it stands for. */
final class Matrices {
    private Matrices() {}

    record Matrix(double[] data, long... shape) implements Var {
        double at(long row, long col) {
            return data[(int) (row * cols() + col)];
        }
    }

    /** A parameter whose value a test may set. */
    record Values(String key, ParamSpec spec, double[] data) implements Param {
        @Override
        public long[] shape() {
            return spec.shape().toArray();
        }
    }

    /** Creates parameters and remembers them by name. */
    record Scope(Map<String, Values> made) implements ParamScope {
        @Override
        public Param param(ParamSpec spec) {
            double[] data = new double[(int) spec.shape().size()];
            if (spec.init() instanceof Init.Values given) {
                Arrays.setAll(data, i -> given.values()[i]);
            }
            made.put(spec.name(), new Values(spec.name(), spec, data));
            return made.get(spec.name());
        }
    }

    record Base(Site site, Matrix w, Matrix bias) implements BaseLinear, MatrixSource {
        @Override
        public Var apply(Var x) {
            return addBias(product(x));
        }

        @Override
        public Var product(Var x) {
            return times(x, w, true);
        }

        @Override
        public Var addBias(Var y) {
            return zip(y, bias, Double::sum);
        }

        @Override
        public Var rowNorms() {
            return norms(w);
        }

        @Override
        public long rows() {
            return w.rows();
        }

        @Override
        public long cols() {
            return w.cols();
        }

        @Override
        public void read(long firstRow, int rowCount, float[] into, int offset) {
            int n = (int) w.cols();
            for (int i = 0; i < rowCount * n; i++) {
                into[offset + i] = (float) w.data[(int) firstRow * n + i];
            }
        }
    }

    static Matrix matrix(Var v) {
        return v instanceof Values p ? new Matrix(p.data(), p.shape()) : (Matrix) v;
    }

    static Matrix norms(Matrix w) {
        double[] n = new double[(int) w.rows()];
        for (int r = 0; r < n.length; r++) {
            double sum = 0;
            for (int c = 0; c < w.cols(); c++) {
                sum += w.at(r, c) * w.at(r, c);
            }
            n[r] = Math.sqrt(sum);
        }
        return new Matrix(n, n.length);
    }

    static Matrix times(Var left, Var right, boolean transposed) {
        Matrix a = matrix(left);
        Matrix b = matrix(right);
        int n = (int) (transposed ? b.rows() : b.cols());
        if (a.cols() != (transposed ? b.cols() : b.rows())) {
            throw new IllegalArgumentException(Arrays.toString(a.shape) + " x " + Arrays.toString(b.shape));
        }
        double[] y = new double[(int) a.rows() * n];
        for (int i = 0; i < y.length; i++) {
            for (int k = 0; k < a.cols(); k++) {
                y[i] += a.at(i / n, k) * (transposed ? b.at(i % n, k) : b.at(k, i % n));
            }
        }
        return new Matrix(y, a.rows(), n);
    }

    static Matrix zip(Var left, Var right, BinaryOperator<Double> op) {
        Matrix a = matrix(left);
        Matrix b = matrix(right);
        if (a.data.length % b.data.length != 0 || (b.data.length != a.data.length && b.data.length != a.cols())) {
            throw new IllegalArgumentException(Arrays.toString(a.shape) + " with " + Arrays.toString(b.shape));
        }
        double[] y = new double[a.data.length];
        Arrays.setAll(y, i -> op.apply(a.data[i], b.data[i % b.data.length]));
        return new Matrix(y, a.shape);
    }

    /** Only what these tests need; anything else fails. Dropout keeps every element but is counted as factor 0.5. */
    static Ops ops(boolean training) {
        return (Ops) java.lang.reflect.Proxy.newProxyInstance(
                Ops.class.getClassLoader(),
                new Class<?>[] {Ops.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "training" -> training;
                    case "constant" -> {
                        float[] given = (float[]) args[0];
                        double[] data = new double[given.length];
                        Arrays.setAll(data, i -> given[i]);
                        yield new Matrix(data, (long[]) args[1]);
                    }
                    case "add" -> zip((Var) args[0], (Var) args[1], Double::sum);
                    case "sub" -> zip((Var) args[0], (Var) args[1], (a, b) -> a - b);
                    case "mul" -> zip((Var) args[0], (Var) args[1], (a, b) -> a * b);
                    case "div" -> zip((Var) args[0], (Var) args[1], (a, b) -> a / b);
                    case "scale" -> each((Var) args[0], (double) args[1]);
                    case "dropout" -> each((Var) args[0], training ? 0.5 : 1);
                    case "matmul" -> times((Var) args[0], (Var) args[1], false);
                    case "matmulT" -> times((Var) args[0], (Var) args[1], true);
                    case "addLowRank" ->
                        zip(
                                (Var) args[0],
                                each(times(times((Var) args[1], (Var) args[2], true), (Var) args[3], true), (double)
                                        args[4]),
                                Double::sum);
                    case "detach" -> args[0];
                    case "reshape" -> new Matrix(matrix((Var) args[0]).data, (long[]) args[1]);
                    case "sqrt" -> {
                        double[] data = matrix((Var) args[0]).data.clone();
                        Arrays.setAll(data, i -> Math.sqrt(data[i]));
                        yield new Matrix(data, ((Var) args[0]).shape());
                    }
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private static Matrix each(Var x, double factor) {
        double[] data = matrix(x).data.clone();
        Arrays.setAll(data, i -> data[i] * factor);
        return new Matrix(data, x.shape());
    }
}
