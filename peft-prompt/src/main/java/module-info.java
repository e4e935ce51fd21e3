/** Prompt tuning. */
module org.peft4j.prompt {
    requires transitive org.peft4j.api;

    exports org.peft4j.prompt; // the settings for Java users

    provides org.peft4j.api.AdapterMethod with
            org.peft4j.prompt.PromptMethod;
}
