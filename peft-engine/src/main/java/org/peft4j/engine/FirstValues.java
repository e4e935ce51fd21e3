package org.peft4j.engine;

import java.util.SplittableRandom;
import org.peft4j.api.Init;
import org.peft4j.api.MatrixSource;

/** Writes the first values of parameters; random ones from a stream that follows from the seed and the parameter's key. */
final class FirstValues {
    private FirstValues() {}

    static void write(EngineParam param, long seed) {
        if (param.source() != null) {
            copy(param, param.source());
            return;
        }
        SplittableRandom random = new SplittableRandom(CounterRandom.mix(seed, hash(param.key())));
        Init init = param.spec().init();
        int n = Math.toIntExact(param.size());
        float[] values = new float[n];
        if (init instanceof Init.Values given) {
            if (given.values().length != n) {
                throw new IllegalArgumentException(
                        given.values().length + " first values for " + param.key() + " " + param);
            }
            values = given.values();
        } else {
            for (int i = 0; i < n; i++) {
                values[i] = draw(init, random, param.cols);
            }
        }
        param.assign(values);
    }

    private static float draw(Init init, SplittableRandom random, int fanIn) {
        if (init instanceof Init.Ones) {
            return 1f;
        } else if (init instanceof Init.Constant c) {
            return (float) c.value();
        } else if (init instanceof Init.Normal normal) {
            return (float) (normal.mean() + normal.std() * random.nextGaussian());
        } else if (init instanceof Init.Uniform uniform) {
            return (float) ((2 * random.nextDouble() - 1) * uniform.bound());
        } else if (init instanceof Init.KaimingUniform kaiming) {
            double bound = Math.sqrt(6 / ((1 + kaiming.a() * kaiming.a()) * fanIn));
            return (float) ((2 * random.nextDouble() - 1) * bound);
        }
        return 0f;
    }

    private static void copy(EngineParam param, MatrixSource source) {
        if (source.rows() * source.cols() != param.size()) {
            throw new IllegalArgumentException(
                    "first values [" + source.rows() + ", " + source.cols() + "] for " + param.key() + " " + param);
        }
        int step = (int) Math.max(1, Math.min(source.rows(), (1 << 16) / source.cols()));
        int cols = Math.toIntExact(source.cols());
        float[] piece = new float[step * cols];
        for (int r = 0; r < source.rows(); r += step) {
            int n = (int) Math.min(step, source.rows() - r);
            source.read(r, n, piece, 0);
            param.value().put(r * cols, piece, 0, n * cols);
        }
    }

    /** A 64-bit hash of a key that is the same everywhere (FNV-1a). */
    private static long hash(String key) {
        long h = 0xcbf29ce484222325L;
        for (int i = 0; i < key.length(); i++) {
            h = (h ^ key.charAt(i)) * 0x100000001b3L;
        }
        return h;
    }
}
