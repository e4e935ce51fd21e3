/** The embedded default: a small base model, the task it is adapted to, and the generators both come from. */
module org.peft4j.embedded {
    requires transitive org.peft4j.api;

    exports org.peft4j.embedded; // the model and data for users, the check of generations, the makers
}
