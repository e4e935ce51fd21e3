/** Training data: rows of files as token sequences with the positions that are trained on, and their batches. */
module org.peft4j.data {
    requires transitive org.peft4j.api;
    requires transitive org.peft4j.checkpoint;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;

    exports org.peft4j.data; // sources, datasets, previews and batches
}
