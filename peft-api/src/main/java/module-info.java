/** The SPI of peft4j: everything a method plugin needs, on java.base alone. */
module org.peft4j.api {
    exports org.peft4j.api; // the whole of it: methods, hooks, operations, shapes
}
