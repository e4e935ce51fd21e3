/** The transformer and what is installed on it. */
module org.peft4j.model {
    requires transitive org.peft4j.api;
    requires transitive org.peft4j.engine;
    requires transitive org.peft4j.checkpoint;

    exports org.peft4j.model; // models, adapters, batches, generation
}
