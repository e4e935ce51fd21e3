/** Compares methods side by side: same base, data, seeds and budget, each run in a process of its own. */
module org.peft4j.compare {
    requires transitive org.peft4j.runtime;
    requires transitive org.peft4j.report;
    requires org.peft4j.checkpoint;
    requires org.peft4j.engine;
    requires com.fasterxml.jackson.databind;
    requires java.management;
    requires jdk.management; // the memory of the machine or of its container

    exports org.peft4j.compare; // a comparison from a file or by an application

    opens org.peft4j.compare to
            com.fasterxml.jackson.databind; // a unit's result
}
