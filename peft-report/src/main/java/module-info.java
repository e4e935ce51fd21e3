/** Reports: the result of a comparison of methods as records, and its renderings. */
module org.peft4j.report {
    requires transitive org.peft4j.api;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;

    exports org.peft4j.report; // a comparison's result, and what writes it
}
