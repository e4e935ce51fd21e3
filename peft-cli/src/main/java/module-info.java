/** The program {@code peft}. */
module org.peft4j.cli {
    requires org.peft4j.api;
    requires org.peft4j.config;
    requires org.peft4j.data;
    requires org.peft4j.checkpoint;
    requires org.peft4j.engine;
    requires org.peft4j.model;
    requires org.peft4j.runtime;
    requires org.peft4j.compare;
    requires org.peft4j.embedded;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires info.picocli;
    requires me.tongfei.progressbar;
    requires jdk.unsupported; // signals
    requires java.compiler; // what may be a name in Java

    exports org.peft4j.cli; // Main, to run commands within another program

    opens org.peft4j.cli to
            info.picocli; // fills in the options
}
