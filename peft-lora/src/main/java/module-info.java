/** LoRA, rsLoRA and DoRA. */
module org.peft4j.lora {
    requires transitive org.peft4j.api;

    exports org.peft4j.lora; // the settings for Java users; QLoRA builds on the method

    provides org.peft4j.api.AdapterMethod with
            org.peft4j.lora.LoraMethod;
}
