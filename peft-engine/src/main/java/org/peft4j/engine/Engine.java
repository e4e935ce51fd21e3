package org.peft4j.engine;

import java.util.concurrent.ConcurrentLinkedDeque;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.peft4j.engine.arrays.ArrayKernels;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads, the BLAS and the memory that runs share. Thread-safe. */
public final class Engine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    private final Workers workers;
    private final Blas blas;
    private final FrozenProducts frozenProducts;
    private final ConcurrentLinkedDeque<Arena> arenas = new ConcurrentLinkedDeque<>();

    private Engine(int threads) {
        // ND4J sets the BLAS threads when it starts; it has to come first.
        Nd4j.getExecutioner();
        // Its own threads spin while they wait, on the processors that ours need.
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
        this.workers = new Workers(threads);
        this.blas = new Blas(workers);
        this.frozenProducts = new FrozenProducts(workers);
    }

    /**
     * Starts an engine.
     *
     * @param threads how many threads compute, at least 1; with as many threads, equal runs give equal bits
     */
    public static Engine create(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("an engine needs at least one thread, not " + threads);
        }
        return new Engine(threads);
    }

    /** Starts an engine with a thread for each processor. */
    public static Engine create() {
        return create(Runtime.getRuntime().availableProcessors());
    }

    /**
     * Starts to load the native libraries on a thread of its own, which takes about as long as reading the arguments and the
     * configuration: whoever makes an engine meanwhile waits for the rest.
     */
    public static void prepare() {
        Thread loading = new Thread(
                () -> {
                    try {
                        Nd4j.getExecutioner();
                        OneDnn.available();
                    } catch (RuntimeException | LinkageError e) {
                        // The engine meets it again, where somebody waits for the answer.
                        LOG.debug("native libraries", e);
                    }
                },
                "peft-natives");
        loading.setDaemon(true);
        loading.start();
    }

    /** What works through arrays besides the products: plain Java, or the Vector API; for people. */
    public static String kernels() {
        return ArrayKernels.fastest().description();
    }

    /** The number of computing threads. */
    public int threads() {
        return workers.threads();
    }

    /**
     * Opens a run.
     *
     * @param recording whether gradients will be asked for
     * @param training whether dropout is active
     * @param seed of the run's random numbers
     */
    public Tape tape(boolean recording, boolean training, long seed) {
        return new Tape(this, arena(), recording, training, false, seed);
    }

    /**
     * Opens a run of generation: no gradients, no dropout, a few rows many times. Frozen weights in bfloat16 are kept a second time, in
     * the order in which products of few rows are as fast as memory: 2 bytes a parameter.
     */
    public Tape generating() {
        return new Tape(this, arena(), false, false, true, 0);
    }

    private Arena arena() {
        Arena arena = arenas.poll();
        return arena == null ? new Arena() : arena;
    }

    void recycle(Arena arena) {
        arena.reset();
        arenas.push(arena);
    }

    Workers workers() {
        return workers;
    }

    FrozenProducts frozenProducts() {
        return frozenProducts;
    }

    Blas blas() {
        return blas;
    }

    @Override
    public void close() {
        workers.stop();
    }
}
