/** Configuration files: YAML that remembers its lines, bound to records of settings. */
module org.peft4j.config {
    requires transitive org.peft4j.api;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires com.fasterxml.jackson.dataformat.yaml;

    exports org.peft4j.config; // documents, their nodes, and the binding to records
}
