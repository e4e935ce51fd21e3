package org.peft4j.data;

import java.util.List;
import java.util.Set;
import org.peft4j.checkpoint.ChatMessage;
import org.peft4j.checkpoint.TextTokenizer;

/** A checkpoint's tokenizer as data uses it. */
record CheckpointTokenizing(TextTokenizer tokenizer) implements Tokenizing {
    @Override
    public int[] encode(String text) {
        return tokenizer.encode(text);
    }

    @Override
    public String decode(int[] ids) {
        return tokenizer.decode(ids, true);
    }

    /** Some models name a begin token and never saw it at a beginning. */
    @Override
    public int bosId() {
        return tokenizer.addsBos() ? tokenizer.bosId() : -1;
    }

    @Override
    public Set<Integer> eosIds() {
        return tokenizer.eosIds();
    }

    @Override
    public boolean hasChatTemplate() {
        return tokenizer.hasChatTemplate();
    }

    @Override
    public String chat(List<ChatMessage> messages, boolean addGenerationPrompt) {
        return tokenizer.chat(messages, addGenerationPrompt);
    }
}
