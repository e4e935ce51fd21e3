package org.peft4j.engine;

import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * Which BLAS computes the matrix products, and how fast it is here.
 *
 * @param library its name and version
 * @param core the processor whose instructions it uses, for example {@code SKYLAKEX}; {@code unknown} where it can't be told
 * @param threads threads that share a product
 * @param gigaflops 10^9 operations a second of a [1024, 576] by [576, 1536] product, two for each multiply-add
 */
public record BlasReport(String library, String core, int threads, double gigaflops) {
    private static final int M = 1024;
    private static final int N = 1536;
    private static final int K = 576;
    private static final int ROUNDS = 60;
    private static final List<String> CORES = List.of(
            "SAPPHIRERAPIDS",
            "COOPERLAKE",
            "SKYLAKEX",
            "HASWELL",
            "ZEN",
            "EXCAVATOR",
            "STEAMROLLER",
            "PILEDRIVER",
            "BULLDOZER",
            "SANDYBRIDGE",
            "NEHALEM",
            "CORE2",
            "BARCELONA",
            "PRESCOTT",
            "NEOVERSEN1",
            "NEOVERSEN2",
            "NEOVERSEV1",
            "ARMV8SVE",
            "ARMV8",
            "CORTEXA57",
            "CORTEXA72",
            "VORTEX");

    /** Measures for a fraction of a second: the best of many products. */
    public static BlasReport measure(Engine engine) {
        Buf a = OffHeap.of(filled(M * K));
        Buf b = OffHeap.of(filled(K * N));
        Buf c = OffHeap.of(new float[M * N]);
        long best = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            engine.blas().gemm(M, N, K, 1f, Blas.Mat.of(a, K), Blas.Mat.of(b, N), 0f, Blas.Mat.of(c, N));
            best = Math.min(best, System.nanoTime() - start);
        }
        String library = "OpenBLAS" + version();
        return new BlasReport(library, coreType(), engine.threads(), 2.0 * M * N * K / best);
    }

    private static float[] filled(int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (i % 17 - 8) / 8f;
        }
        return values;
    }

    private static String version() {
        return " " + openblas_nolapack.OPENBLAS_VERSION.replace("OpenBLAS", "").strip();
    }

    /**
     * The processor whose kernels the library uses, or {@code unknown}. It has a table of kernels for each processor, and a pointer
     * to the one in use.
     */
    public static String coreType() {
        try (Pointer chosen = Loader.addressof("gotoblas")) {
            if (chosen == null || chosen.isNull()) {
                return "unknown";
            }
            long table = new LongPointer(chosen).get();
            for (String core : CORES) {
                Pointer candidate = Loader.addressof("gotoblas_" + core);
                if (candidate != null && candidate.address() == table) {
                    return core;
                }
            }
            return "unknown";
        }
    }
}
