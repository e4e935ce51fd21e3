/** Full fine-tuning: the baseline of every comparison. */
module org.peft4j.full {
    requires transitive org.peft4j.api;

    exports org.peft4j.full; // the settings for Java users

    provides org.peft4j.api.AdapterMethod with
            org.peft4j.full.FullMethod;
}
