package org.peft4j.engine;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.peft4j.engine.arrays.ArrayKernels;

/**
 * What oneDNN can do on this machine.
 *
 * <p>Of its fp32 products only those that are compiled for a number of rows are used. In the others (its {@code sgemm}, and kernels
 * for any number of rows) a signal that arrives meanwhile, a profiler's for example, was seen to destroy memory; presumably they use
 * the stack pointer for something else. Its bfloat16 kernels for any number of rows don't.
 */
final class OneDnn {
    private OneDnn() {}

    /** Whether the library is there at all. */
    static boolean available() {
        return Support.AVAILABLE;
    }

    /** Whether this machine multiplies bfloat16 in hardware, so that it is faster than fp32. */
    static boolean fastHalf() {
        return Support.FAST_HALF;
    }

    /** Whether its fp32 products are compiled for this processor, so that they are as fast as BLAS or faster. */
    static boolean fastSingle() {
        return Support.FAST_SINGLE;
    }

    /** Holds the library to the calling thread: the threads are ours, its own would compete with them. */
    static void ownThreadOnly() {
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
    }

    /** Found out once, when first asked. */
    private static final class Support {
        static final boolean AVAILABLE;
        static final boolean FAST_HALF;
        static final boolean FAST_SINGLE;

        static {
            boolean there = false;
            int isa = 0;
            try {
                isa = dnnl.dnnl_get_effective_cpu_isa();
                there = true;
            } catch (LinkageError e) {
                // No native library for this platform: BLAS serves everywhere.
            }
            AVAILABLE = there;
            boolean wanted = there && !ArrayKernels.plainOnly();
            FAST_HALF = wanted && has(isa, dnnl.dnnl_cpu_isa_avx512_core_bf16);
            FAST_SINGLE = wanted && has(isa, dnnl.dnnl_cpu_isa_avx2);
        }

        private static boolean has(int isa, int wanted) {
            return (isa & wanted) == wanted;
        }
    }

    /** A pointer whose address can be set, so that a call allocates nothing. */
    static final class At extends Pointer {
        At() {
            super((Pointer) null);
        }

        At to(long target) {
            this.address = target;
            return this;
        }
    }
}
