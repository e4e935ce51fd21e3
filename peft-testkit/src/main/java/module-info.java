/** The contract that every method must pass. */
module org.peft4j.testkit {
    requires transitive org.peft4j.api;
    requires org.peft4j.config;
    requires org.peft4j.model;
    requires transitive org.junit.jupiter.api;

    exports org.peft4j.testkit; // the class that a method's test extends

    opens org.peft4j.testkit to
            org.junit.platform.commons;

    uses org.peft4j.api.WeightCodec;
}
