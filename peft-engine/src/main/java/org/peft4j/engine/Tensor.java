package org.peft4j.engine;

import java.util.Arrays;
import java.util.function.Consumer;
import org.peft4j.api.Shape;
import org.peft4j.api.Var;

/**
 * A value on a tape, or one that outlives tapes (a parameter, a constant of the base model).
 *
 * <p>A view shares the memory of the tensor it was made from, and so does its gradient.
 */
public class Tensor implements Var {
    private final long[] shape;
    final int rows;
    final int cols;
    final boolean needsGradient;
    /** The tape it lives on; null where it outlives tapes. */
    final Tape tape;
    /** What it is a view of, or itself. */
    final Tensor root;
    /** Where a view starts in its root. */
    final int rootOffset;

    Buf value;
    Gradient gradient;
    /** Whether it is the result of a bfloat16 product, so that rounding it to bfloat16 adds no error of another size. */
    boolean coarse;
    /** The value rounded to bfloat16, dense; null where no product asked for it. */
    Buf half;
    /** Whether {@link #half} is what is kept, and the value is made from it where somebody asks. */
    boolean halved;
    /** Whether gradients are content with its value in bfloat16, once nobody but recorded operations needs it. */
    boolean halvesWhenClosed;
    /** Whether a view looks at its memory, which then can't be given back early. */
    private boolean viewed;
    /** Whether its gradient may come in bfloat16: only a product with a frozen weight that rounds it anyway looks at it. */
    boolean takesHalfGradient;
    /** Makes the value again from what is kept anyway, so that its memory needn't be; null where it can't be. */
    Runnable remake;
    /** Whether {@link #remake} has to make the value for the first time, where anybody asks. */
    boolean unmade;
    /** How many recorded operations still need the value (counted at the root). */
    int retained;
    /** Whether nobody but recorded operations needs the value any more. */
    boolean closed;

    Tensor(Tape tape, long[] shape, Buf value, boolean needsGradient) {
        this(tape, shape, value, needsGradient, null, 0);
    }

    Tensor(Tape tape, long[] shape, Buf value, boolean needsGradient, Tensor root, int rootOffset) {
        Shape checked = Shape.of(shape);
        this.shape = shape.clone();
        this.rows = Math.toIntExact(checked.rows());
        this.cols = Math.toIntExact(checked.cols());
        this.tape = tape;
        this.value = value;
        this.needsGradient = needsGradient;
        this.root = root == null ? this : root;
        this.rootOffset = rootOffset;
        if (root != null) {
            root.remake = null;
            root.viewed = true;
        }
    }

    /** A constant that outlives tapes. */
    public static Tensor constant(Buf value, long... shape) {
        return new Tensor(null, shape, value, false);
    }

    @Override
    public final long[] shape() {
        return shape.clone();
    }

    /** The memory of its value. */
    final Buf value() {
        restore();
        if (value == null || (tape != null && tape.isClosed())) {
            throw new IllegalStateException(
                    "tensor " + this + " is no longer there: it was added into, or its run is over");
        }
        return value;
    }

    /** Makes its value again where it was dropped. */
    final void restore() {
        if (value == null && remake != null && !tape.isClosed()) {
            value = tape.take(size());
            remake.run();
            if (unmade) {
                unmade = false;
                remake = null; // what it was made from may be gone later
            }
        }
    }

    /** Makes a value that waited to be asked for. */
    final void makeNow() {
        if (unmade) {
            restore();
        }
    }

    /** Lets the value wait until somebody asks for it, which only the tape's own thread may do. */
    final void makeWhenAsked(Runnable make) {
        unmade = true;
        remake = make;
    }

    /** From when nobody but recorded operations needs its value, keeps it in bfloat16: half the memory. */
    final void keepHalved() {
        if (tape == null || isView() || viewed || remake != null) {
            return;
        }
        if (half == null) {
            half = tape.take(FrozenProducts.halfLength(rows, cols));
            tape.frozenProducts().round(rows, Products.mat(this), cols, half.address);
        }
        halveFrom(half);
    }

    /** Makes the value from numbers in bfloat16 from now on, where it isn't there. */
    final void halveFrom(Buf numbers) {
        half = numbers;
        halved = true;
        remake = () -> Halves.widen(tape.workers(), half, cols, value, rows, cols);
    }

    /** Another tensor of the same shape in this one's memory, or in a copy where that is still needed. */
    final Tensor takenOver(Tape by, boolean wantsGradient) {
        boolean free = tape == by && !isView() && retained == 0 && value != null;
        if (!free) {
            Tensor copy = by.fresh(wantsGradient, shape);
            copy.value.copyFrom(value());
            return copy;
        }
        Tensor moved = by.empty(wantsGradient, shape);
        moved.value = value;
        value = null;
        remake = null;
        dropHalf();
        return moved;
    }

    /**
     * As {@link #takenOver}, with a change of the values: at once, or where this one's value waits to be asked for, only then.
     *
     * @param seen what the change looks at besides: its value stays, even where it is this very tensor
     */
    final Tensor changed(Tape by, boolean wantsGradient, Tensor seen, Consumer<Tensor> change) {
        if (unmade) {
            Tensor later = by.empty(wantsGradient, shape);
            later.makeWhenAsked(() -> {
                later.value.copyFrom(value());
                change.accept(later);
            });
            return later;
        }
        seen.root.retained++;
        Tensor now = takenOver(by, wantsGradient);
        seen.root.retained--;
        change.accept(now);
        return now;
    }

    /** Says that its value is another one's. */
    final void isAsGoodAs(Tensor other) {
        coarse = other.coarse;
        halvesWhenClosed = other.halvesWhenClosed;
    }

    /** Keeps it in bfloat16 and nothing else, where that can be. */
    final void keepOnlyHalved() {
        keepHalved();
        if (remake != null) {
            dropValue();
        }
    }

    /** From now on nobody but recorded operations needs its value: keeps what they need in as little memory as can be. */
    final void keepForGradients() {
        closed = true;
        if (halvesWhenClosed && retained > 0) {
            keepHalved();
        }
        if (remake != null) {
            dropValue();
        }
        if (!halved) {
            dropHalf();
        }
    }

    /** Gives its value's memory back. */
    final void dropValue() {
        if (value != null) {
            tape.giveBack(value);
            value = null;
        }
    }

    /** Gives back the memory of what was rounded. */
    final void dropHalf() {
        if (half != null) {
            tape.giveBack(half);
            half = null;
        }
    }

    /** A copy of its values, row-major. */
    public final float[] toArray() {
        return value().toArray();
    }

    /** Copies one row's values into an array of at least {@code cols} elements. */
    public final void row(int index, float[] into) {
        value().get(index * cols, into, 0, cols);
    }

    /** The number of columns. */
    public final int width() {
        return cols;
    }

    /** Whether the tape recorded how it was made, as a gradient is asked for of something below it. */
    public final boolean isRecorded() {
        return needsGradient;
    }

    final boolean isView() {
        return root != this;
    }

    final boolean sameShape(Tensor other) {
        return rows == other.rows && cols == other.cols;
    }

    @Override
    public final String toString() {
        return Arrays.toString(shape);
    }

    /** Memory of a gradient; several tensors hold the same one while it is the same for all of them. */
    static final class Gradient {
        /** Its numbers in fp32, or null. */
        final Buf buf;
        /** Its numbers in bfloat16, or null. */
        final Buf half;
        /** Numbers from one row to the next of {@link #half}. */
        final int halfStride;

        int holders = 1;

        Gradient(Buf buf) {
            this(buf, null, 0);
        }

        private Gradient(Buf buf, Buf half, int halfStride) {
            this.buf = buf;
            this.half = half;
            this.halfStride = halfStride;
        }

        static Gradient ofHalves(Buf half, int stride) {
            return new Gradient(null, half, stride);
        }

        Buf memory() {
            return buf == null ? half : buf;
        }
    }
}
