/** The engine's loops over arrays with the Vector API, for a start that asks for its module. */
module org.peft4j.vector {
    requires org.peft4j.engine;
    requires static jdk.incubator.vector; // incubating: a JDK may lack it, and no start has to have it

    exports org.peft4j.vector;

    provides org.peft4j.engine.arrays.ArrayKernels.Source with
            org.peft4j.vector.VectorSource;
}
