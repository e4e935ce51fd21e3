/** Prefix tuning. */
module org.peft4j.prefix {
    requires transitive org.peft4j.api;

    exports org.peft4j.prefix; // the settings for Java users

    provides org.peft4j.api.AdapterMethod with
            org.peft4j.prefix.PrefixMethod;
}
