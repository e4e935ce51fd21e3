/** The engine: reverse-mode gradients over ragged batches, on native memory and BLAS. */
module org.peft4j.engine {
    requires transitive org.peft4j.api;
    requires transitive org.peft4j.nd4j;
    requires org.slf4j;

    exports org.peft4j.engine; // tapes, tensors, parameters
    exports org.peft4j.engine.arrays to
            org.peft4j.vector; // loops that others may do faster

    uses org.peft4j.engine.arrays.ArrayKernels.Source;
}
