package org.peft4j.engine;

import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Where a compiled product packs its operands ("scratchpad"). Left to itself, the library allocates and frees it in every call, some
 * hundred times a second, and the system's allocator keeps what lies between the pieces. Here all products of a thread share one.
 */
final class Workspace {
    /** After so many compiled products what compiling left behind, up to a megabyte each, goes back to the system. */
    private static final int TRIMMING = 8;

    private static final ThreadLocal<Room> ROOM = ThreadLocal.withInitial(Room::new);

    private final OneDnn.At at = new OneDnn.At();
    private final memory.desc layout;
    private final long bytes;

    /** Of a product made with {@link #attributes}. */
    Workspace(matmul.primitive_desc product) {
        this.layout = product.scratchpad_desc();
        this.bytes = layout.get_size();
        ROOM.get().countCompiled();
    }

    /** A product's attributes that say it gets its workspace with each call. */
    static primitive_attr attributes() {
        primitive_attr how = new primitive_attr();
        how.set_scratchpad_mode(dnnl.scratchpad_mode.user);
        return how;
    }

    /** A workspace among a call's arguments, to be placed before each call; null where the product needs none. */
    memory among(IntMemoryMap arguments, engine cpu) {
        if (bytes == 0) {
            return null;
        }
        memory place = ProductKernel.unplaced(layout, cpu);
        arguments.put(dnnl.DNNL_ARG_SCRATCHPAD, place);
        return place;
    }

    /** Gives it the calling thread's room, which grows to the largest wish. */
    void place(memory place) {
        if (place != null) {
            place.set_data_handle(at.to(ROOM.get().of(bytes)));
        }
    }

    /** One thread's memory. */
    private static final class Room {
        private Pointer memory = new BytePointer(0);
        private long capacity;
        private int compiled;

        void countCompiled() {
            compiled++;
            if (compiled % TRIMMING == 0) {
                Pointer.trimMemory();
            }
        }

        long of(long bytes) {
            if (capacity < bytes) {
                memory.close();
                memory = new BytePointer(bytes);
                capacity = bytes;
            }
            return memory.address();
        }
    }
}
