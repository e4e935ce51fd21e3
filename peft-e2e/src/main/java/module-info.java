/** Tests of the whole, written as an application would be: on the module path, methods found by ServiceLoader. */
open module org.peft4j.e2e {
    requires org.peft4j.runtime;
    requires org.peft4j.llamaadapter;
    requires org.peft4j.lora;
    requires org.peft4j.full;
    requires org.peft4j.qlora;
    requires org.peft4j.prefix;
    requires org.peft4j.prompt;
    requires org.peft4j.testkit;
    requires org.peft4j.embedded;
    requires com.google.common; // missing from Guice's readers
    requires com.fasterxml.jackson.databind;
    requires org.junit.jupiter.api;
    requires org.junit.jupiter.params;
    requires org.assertj.core;
}
