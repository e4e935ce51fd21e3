/** LLaMA-Adapter. */
module org.peft4j.llamaadapter {
    requires transitive org.peft4j.api;

    exports org.peft4j.llamaadapter; // the settings for Java users

    provides org.peft4j.api.AdapterMethod with
            org.peft4j.llamaadapter.LlamaAdapterMethod;
}
