package org.peft4j.vector;

import java.util.Optional;
import org.peft4j.engine.arrays.ArrayKernels;

/** Says whether the Vector API is there: the JDK has it, the start asked for it, and the processor's vectors are worth it. */
public final class VectorSource implements ArrayKernels.Source {
    @Override
    public Optional<ArrayKernels> kernels() {
        boolean there = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        return there && VectorKernels.worthwhile() ? Optional.of(new VectorKernels()) : Optional.empty();
    }
}
