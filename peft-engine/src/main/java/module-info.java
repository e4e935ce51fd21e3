/** The engine: reverse-mode gradients over ragged batches, on native memory and BLAS. */
module org.peft4j.engine {
    requires transitive org.peft4j.api;
    requires transitive org.peft4j.nd4j;
    requires org.slf4j;

    exports org.peft4j.engine; // tapes, tensors, parameters
}
