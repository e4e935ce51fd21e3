/** HuggingFace's files: safetensors, config.json, tokenizer.json, chat templates and adapter directories. No engine. */
module org.peft4j.checkpoint {
    requires transitive org.peft4j.api;
    requires com.fasterxml.jackson.databind;
    requires ai.djl.tokenizers;
    requires org.slf4j; // the tokenizer library logs through it and, being automatic, can't say so

    exports org.peft4j.checkpoint; // readers, writers and the tokenizer
}
