/** Composes a chosen method with a transformer and an optimizer, for the command line and for applications. */
module org.peft4j.runtime {
    requires transitive org.peft4j.api;
    requires transitive org.peft4j.model;
    requires transitive org.peft4j.config;
    requires transitive org.peft4j.data;
    requires transitive com.google.guice;
    requires com.google.common; // Guice's own, missing from its descriptor's readers
    requires jakarta.inject;
    requires com.fasterxml.jackson.databind;

    exports org.peft4j.runtime; // the application's way in

    opens org.peft4j.runtime to
            com.google.guice,
            com.fasterxml.jackson.databind; // the records of a checkpoint

    uses org.peft4j.api.AdapterMethod;
    uses org.peft4j.api.WeightCodec;
}
