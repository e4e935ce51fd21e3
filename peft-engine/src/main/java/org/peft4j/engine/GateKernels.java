package org.peft4j.engine;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.stream;

/**
 * {@code silu(gate) * up} and its gradients in native memory, by oneDNN. Kernels are compiled for powers of two of numbers, so that a
 * handful serves every size. Of one thread.
 */
final class GateKernels {
    /** Numbers of the largest piece: five such pieces fit the second-level cache. */
    static final int MOST = 1 << 15;

    private static final ThreadLocal<GateKernels> OF_THREAD = ThreadLocal.withInitial(GateKernels::new);

    private final engine cpu = new engine(engine.kind.cpu, 0);
    private final stream queue = new stream(cpu);
    private final OneDnn.At at = new OneDnn.At();
    private final Map<Integer, Kernel> kernels = new HashMap<>();

    private GateKernels() {
        OneDnn.ownThreadOnly();
    }

    static GateKernels ofThread() {
        return OF_THREAD.get();
    }

    /** Numbers of the next piece where so many remain. */
    static int piece(int rest) {
        return Math.min(MOST, Integer.highestOneBit(rest));
    }

    /** {@code y = silu(g) * u} of n numbers, n a power of two. */
    void forward(long g, long u, long y, int n) {
        kernel(n).gated(g, u, y);
    }

    /** {@code dg = dy * u * silu'(g)} and {@code du = dy * silu(g)} of n numbers, n a power of two. */
    void backward(long g, long u, long dy, long dg, long du, int n) {
        Kernel kernel = kernel(n);
        kernel.product(dy, u, dg);
        kernel.slope(g, dg);
        kernel.gated(g, dy, du);
    }

    private Kernel kernel(int n) {
        return kernels.computeIfAbsent(n, Kernel::new);
    }

    /** The kernels of one size. */
    private final class Kernel {
        private final memory first;
        private final memory second;
        private final memory result;
        private final primitive activation;
        private final primitive product;
        private final primitive slope;
        private final IntMemoryMap activationArguments = new IntMemoryMap();
        private final IntMemoryMap productArguments = new IntMemoryMap();
        private final IntMemoryMap slopeArguments = new IntMemoryMap();

        Kernel(int n) {
            memory.desc numbers = new memory.desc(new long[] {n}, memory.data_type.f32, new long[] {1});
            first = ProductKernel.unplaced(numbers, cpu);
            second = ProductKernel.unplaced(numbers, cpu);
            result = ProductKernel.unplaced(numbers, cpu);
            dnnl.algorithm silu = dnnl.algorithm.eltwise_swish;
            dnnl.prop_kind training = dnnl.prop_kind.forward_training;
            eltwise_forward.primitive_desc plain =
                    new eltwise_forward.primitive_desc(cpu, training, silu, numbers, numbers, 1f, 0f);
            activation = new eltwise_forward(plain);
            slope = new eltwise_backward(
                    new eltwise_backward.primitive_desc(cpu, silu, numbers, numbers, numbers, 1f, 0f, plain));
            product = new binary(new binary.primitive_desc(cpu, dnnl.algorithm.binary_mul, numbers, numbers, numbers));
            activationArguments.put(dnnl.DNNL_ARG_SRC, first);
            activationArguments.put(dnnl.DNNL_ARG_DST, result);
            productArguments.put(dnnl.DNNL_ARG_SRC_0, first);
            productArguments.put(dnnl.DNNL_ARG_SRC_1, second);
            productArguments.put(dnnl.DNNL_ARG_DST, result);
            slopeArguments.put(dnnl.DNNL_ARG_SRC, first);
            slopeArguments.put(dnnl.DNNL_ARG_DIFF_DST, result);
            slopeArguments.put(dnnl.DNNL_ARG_DIFF_SRC, result);
        }

        void gated(long g, long u, long y) {
            place(g, g, y);
            activation.execute(queue, activationArguments);
            queue._wait();
            product(y, u, y);
        }

        void product(long a, long b, long y) {
            place(a, b, y);
            product.execute(queue, productArguments);
            queue._wait();
        }

        /** Multiplies what is at {@code gradient} by the slope of silu at g. */
        void slope(long g, long gradient) {
            place(g, g, gradient);
            slope.execute(queue, slopeArguments);
            queue._wait();
        }

        private void place(long a, long b, long y) {
            first.set_data_handle(at.to(a));
            second.set_data_handle(at.to(b));
            result.set_data_handle(at.to(y));
        }
    }
}
