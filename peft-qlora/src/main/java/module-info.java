/** QLoRA: LoRA over a base in 4-bit storage. */
module org.peft4j.qlora {
    requires transitive org.peft4j.lora;

    exports org.peft4j.qlora; // the settings and the codecs, which any method may use

    provides org.peft4j.api.AdapterMethod with
            org.peft4j.qlora.QloraMethod;
    provides org.peft4j.api.WeightCodec with
            org.peft4j.qlora.Nf4Codec,
            org.peft4j.qlora.Fp4Codec,
            org.peft4j.qlora.Int8Codec;
}
