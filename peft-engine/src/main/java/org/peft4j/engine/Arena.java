package org.peft4j.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Memory of one run: pieces are taken and given back many times a step without ever reaching the allocator of the system or the
 * garbage collector. Pieces come from the lowest free place, so that pages touched once are the ones used again. Not thread-safe.
 */
final class Arena {
    /** Elements of a usual block; larger wishes get one of their own. */
    private static final int BLOCK = 1 << 24;

    private static final int ALIGN = 16;

    private final List<Block> blocks;
    private final Map<Object, Block> byOwner;
    /** What is taken, by its address; null where everything comes back by {@link #reset} anyway. */
    private final Map<Long, Buf> taken;

    private long inUse;
    private long peak;

    Arena() {
        this(new ArrayList<>(), new IdentityHashMap<>(), null);
    }

    private Arena(List<Block> blocks, Map<Object, Block> byOwner, Map<Long, Buf> taken) {
        this.blocks = blocks;
        this.byOwner = byOwner;
        this.taken = taken;
    }

    /** An arena that takes from this one's memory, and counts for itself. */
    Arena within() {
        return new Arena(blocks, byOwner, new HashMap<>());
    }

    Buf take(long length) {
        Buf buf = find(length);
        if (taken != null) {
            taken.put(buf.address, buf);
        }
        return buf;
    }

    private Buf find(long length) {
        int n = reserved(length);
        for (Block block : blocks) {
            int at = block.take(n);
            if (at >= 0) {
                return use(block, at, (int) length, n);
            }
        }
        Block block = new Block(OffHeap.allocate(Math.max(Math.max(n, length), BLOCK)));
        blocks.add(block);
        byOwner.put(block.memory.owner, block);
        return use(block, block.take(n), (int) length, n);
    }

    /** A wish rounded up, so that what is given back has the size that was taken. */
    private static int reserved(long length) {
        return (int) Math.min(OffHeap.MAX_LENGTH, (Math.max(1, length) + ALIGN - 1) / ALIGN * ALIGN);
    }

    private Buf use(Block block, int at, int length, int reserved) {
        inUse += reserved;
        peak = Math.max(peak, inUse);
        return block.memory.slice(at, length);
    }

    void giveBack(Buf buf) {
        Block block = byOwner.get(buf.owner);
        int n = reserved(buf.length);
        block.giveBack(buf.offset, n);
        inUse -= n;
        if (taken != null) {
            taken.remove(buf.address);
        }
    }

    /** Gives everything back at once, from within another arena only what was taken here, and forgets the peak. */
    void reset() {
        if (taken == null) {
            blocks.forEach(Block::reset);
        } else {
            List.copyOf(taken.values()).forEach(this::giveBack);
        }
        inUse = 0;
        peak = 0;
    }

    long bytesInUse() {
        return 4 * inUse;
    }

    /** The most bytes that were in use at once. */
    long peakBytes() {
        return 4 * peak;
    }

    private static final class Block {
        final Buf memory;
        /** Free runs: start to length, never adjacent. */
        final TreeMap<Integer, Integer> free = new TreeMap<>();

        Block(Buf memory) {
            this.memory = memory;
            reset();
        }

        void reset() {
            free.clear();
            free.put(0, memory.length);
        }

        int take(int n) {
            for (Map.Entry<Integer, Integer> run : free.entrySet()) {
                if (run.getValue() >= n) {
                    int at = run.getKey();
                    int rest = run.getValue() - n;
                    free.remove(at);
                    if (rest > 0) {
                        free.put(at + n, rest);
                    }
                    return at;
                }
            }
            return -1;
        }

        void giveBack(int at, int n) {
            int start = at;
            int length = n;
            Map.Entry<Integer, Integer> before = free.floorEntry(at);
            if (before != null && before.getKey() + before.getValue() == at) {
                start = before.getKey();
                length += before.getValue();
            }
            Integer after = free.remove(at + n);
            if (after != null) {
                length += after;
            }
            free.put(start, length);
        }
    }
}
