package org.peft4j.lora;

import java.util.Arrays;
import org.peft4j.api.BaseLinear;
import org.peft4j.api.Init;
import org.peft4j.api.LinearHook;
import org.peft4j.api.MatrixSource;
import org.peft4j.api.Ops;
import org.peft4j.api.Param;
import org.peft4j.api.ParamScope;
import org.peft4j.api.Var;

/**
 * The hook of DoRA (Liu et al. 2024, eq. 5, with the norm held constant as in section 4.3):
 * {@code y = m / n * (W x + s B A x) + bias}, where n is the length of each row of {@code W + s B A}. W is never in memory as a
 * whole.
 */
final class Dora {
    private static final int TILE = 1 << 16;

    private Dora() {}

    static LinearHook hook(ParamScope params, MatrixSource weight, Param a, Param b, double scale, double p) {
        Param magnitude = params.param("lora_magnitude_vector", new Init.Values(rowNorms(weight)), weight.rows());
        return (x, base, ops) -> {
            Var factor = ops.div(magnitude, norms(base, a, b, scale, ops));
            if (p > 0 && ops.training()) {
                // As in peft, dropout touches what the adapter adds, not the base's own output.
                Var dropped = ops.dropout(x, p);
                Var plain = base.product(dropped);
                Var update = ops.scale(ops.matmulT(ops.matmulT(dropped, a), b), scale);
                Var added = ops.sub(ops.mul(ops.add(plain, update), factor), plain);
                return ops.add(base.apply(x), added);
            }
            return base.addBias(ops.mul(ops.addLowRank(base.product(x), x, a, b, scale), factor));
        };
    }

    /**
     * Row lengths of {@code W + s B A}, [out], constant. By columns of {@code T = B^T}:
     * {@code n^2 = |W|^2 + sum(T * (2 s A W^T + s^2 (A A^T) T))}, which needs one product of W with rank rows.
     */
    private static Var norms(BaseLinear base, Param a, Param b, double scale, Ops ops) {
        long rank = a.rows();
        Var down = ops.detach(a);
        Var t = ops.matmulT(ops.constant(identity((int) rank), rank, rank), ops.detach(b));
        Var cross = ops.scale(base.product(down), 2 * scale);
        Var square = ops.scale(ops.matmul(ops.matmulT(down, down), t), scale * scale);
        Var sums = ops.matmul(ops.constant(ones((int) rank), 1, rank), ops.mul(t, ops.add(cross, square)));
        Var norms = base.rowNorms();
        return ops.detach(ops.sqrt(ops.add(ops.mul(norms, norms), ops.reshape(sums, b.rows()))));
    }

    private static float[] rowNorms(MatrixSource weight) {
        int cols = Math.toIntExact(weight.cols());
        int rows = Math.toIntExact(weight.rows());
        int step = Math.max(1, Math.min(rows, TILE / cols));
        float[] tile = new float[step * cols];
        float[] norms = new float[rows];
        for (int first = 0; first < rows; first += step) {
            int count = Math.min(step, rows - first);
            weight.read(first, count, tile, 0);
            for (int r = 0; r < count; r++) {
                double sum = 0;
                for (int c = 0; c < cols; c++) {
                    sum += (double) tile[r * cols + c] * tile[r * cols + c];
                }
                norms[first + r] = (float) Math.sqrt(sum);
            }
        }
        return norms;
    }

    private static float[] identity(int n) {
        float[] values = new float[n * n];
        for (int i = 0; i < n; i++) {
            values[i * n + i] = 1;
        }
        return values;
    }

    private static float[] ones(int n) {
        float[] values = new float[n];
        Arrays.fill(values, 1);
        return values;
    }
}
