package org.peft4j.engine;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;

/**
 * A few threads that share the parts of one job at a time. What a part computes never depends on who computes it, so results
 * depend on the number of parts alone. A caller that finds the threads busy does its whole job itself.
 */
final class Workers {
    /** How long a thread looks for the next job before it sleeps: jobs of one step follow within microseconds. */
    private static final long SPIN_NANOS = 30_000;
    /** How often the caller looks whether all is done before it lets others have its processor. */
    private static final int PATIENCE = 20_000;

    private final int threads;
    private final Thread[] helpers;
    private final ReentrantLock busy = new ReentrantLock();
    private volatile Job job;
    private volatile boolean stopped;

    /** The parts of a job; a new object for each, so that its identity tells a helper that there is something to do. */
    private static final class Job {
        final int parts;
        final IntConsumer body;
        final AtomicInteger next = new AtomicInteger();
        final AtomicInteger done = new AtomicInteger();
        volatile Throwable failure;

        Job(int parts, IntConsumer body) {
            this.parts = parts;
            this.body = body;
        }
    }

    Workers(int threads) {
        this.threads = threads;
        this.helpers = new Thread[threads - 1];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Thread(this::help, "peft-worker-" + (i + 1));
            helpers[i].setDaemon(true);
            helpers[i].start();
        }
    }

    int threads() {
        return threads;
    }

    /** Ends the threads once the job they share is done; later jobs are their callers' own. */
    void stop() {
        busy.lock();
        try {
            stopped = true;
        } finally {
            busy.unlock();
        }
        for (Thread helper : helpers) {
            LockSupport.unpark(helper);
        }
    }

    /** Runs {@code body} for 0 to {@code parts - 1}, in any order, on any thread; returns when all are done. */
    void run(int parts, IntConsumer body) {
        if (parts <= 1 || helpers.length == 0 || busy.isHeldByCurrentThread() || !busy.tryLock()) {
            alone(parts, body);
            return;
        }
        try {
            if (stopped) {
                alone(parts, body);
            } else {
                share(new Job(parts, body));
            }
        } finally {
            busy.unlock();
        }
    }

    private static void alone(int parts, IntConsumer body) {
        for (int i = 0; i < parts; i++) {
            body.accept(i);
        }
    }

    private void share(Job now) {
        job = now;
        for (Thread helper : helpers) {
            LockSupport.unpark(helper);
        }
        work(now);
        // A helper that comes late finds no part left; only parts that are under way are waited for.
        for (int spins = 0; now.done.get() < now.parts; spins++) {
            if (spins < PATIENCE) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
        if (now.failure instanceof RuntimeException e) {
            throw e;
        } else if (now.failure instanceof Error e) {
            throw e;
        }
    }

    private static void work(Job now) {
        for (int i = now.next.getAndIncrement(); i < now.parts; i = now.next.getAndIncrement()) {
            try {
                now.body.accept(i);
            } catch (RuntimeException | Error e) {
                now.failure = e;
            } finally {
                now.done.incrementAndGet();
            }
        }
    }

    private void help() {
        Job last = null;
        long idleSince = System.nanoTime();
        while (!stopped) {
            Job now = job;
            if (now != null && now != last) {
                last = now;
                work(now);
                idleSince = System.nanoTime();
            } else if (System.nanoTime() - idleSince > SPIN_NANOS) {
                LockSupport.park(this);
                idleSince = System.nanoTime();
            } else {
                Thread.onSpinWait();
            }
        }
    }

    /** Splits 0 to {@code n} in as many runs as there are threads, none shorter than {@code grain} but the last. */
    void split(int n, int grain, Range body) {
        int parts = Math.max(1, Math.min(threads, n / Math.max(1, grain)));
        if (parts == 1) {
            body.run(0, n);
            return;
        }
        run(parts, i -> body.run((int) ((long) n * i / parts), (int) ((long) n * (i + 1) / parts)));
    }

    /** A run of indices. */
    interface Range {
        /** Handles {@code from} (inclusive) to {@code to} (exclusive). */
        void run(int from, int to);
    }
}
