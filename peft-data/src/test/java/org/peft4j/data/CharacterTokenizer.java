package org.peft4j.data;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.ChatMessage;

/** One id a character, and special tokens; enough to say exactly what a sequence must be. */
record CharacterTokenizer(boolean hasBos, boolean hasChatTemplate) implements Tokenizing {
    static final int BOS = 1;
    static final int EOS = 2;
    static final int IM_START = 3;
    static final int IM_END = 4;
    private static final int FIRST = 10;
    private static final Map<String, Integer> SPECIAL =
            Map.of("<s>", BOS, "</s>", EOS, "<|im_start|>", IM_START, "<|im_end|>", IM_END);

    static CharacterTokenizer plain() {
        return new CharacterTokenizer(true, false);
    }

    @Override
    public int[] encode(String text) {
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < text.length(); ) {
            String rest = text.substring(i);
            String special = SPECIAL.keySet().stream()
                    .filter(rest::startsWith)
                    .findFirst()
                    .orElse("");
            ids.add(special.isEmpty() ? rest.codePointAt(0) + FIRST : SPECIAL.get(special));
            i += special.isEmpty() ? Character.charCount(rest.codePointAt(0)) : special.length();
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public String decode(int[] ids) {
        return IntStream.of(ids)
                .mapToObj(id -> id >= FIRST
                        ? Character.toString(id - FIRST)
                        : SPECIAL.entrySet().stream()
                                .filter(e -> e.getValue() == id)
                                .findFirst()
                                .orElseThrow()
                                .getKey())
                .collect(Collectors.joining());
    }

    @Override
    public int bosId() {
        return hasBos ? BOS : -1;
    }

    @Override
    public Set<Integer> eosIds() {
        return new LinkedHashSet<>(hasChatTemplate ? List.of(IM_END, EOS) : List.of(EOS));
    }

    @Override
    public String chat(List<ChatMessage> messages, boolean addGenerationPrompt) {
        if (messages.stream().anyMatch(m -> m.content().equals("refuse"))) {
            throw PeftException.of("chat-template", "Roles must alternate.", "");
        }
        boolean forgetful = messages.stream().anyMatch(m -> m.content().equals("forget"));
        String turns = messages.stream()
                .map(m -> "<|im_start|>" + m.role() + "\n" + m.content() + "<|im_end|>\n")
                .skip(forgetful ? messages.size() - 1L : 0)
                .collect(Collectors.joining());
        return (hasBos ? "<s>" : "") + turns + (addGenerationPrompt ? "<|im_start|>assistant\n" : "");
    }

    /** The sequence with what is trained on in braces. */
    static String marked(Example example, Tokenizing tokenizer) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < example.length(); i++) {
            boolean before = i > 0 && example.targets()[i - 1];
            out.append(before && !example.targets()[i] ? "}" : "").append(!before && example.targets()[i] ? "{" : "");
            out.append(tokenizer.decode(new int[] {example.tokens()[i]}));
        }
        return out + (example.targets()[example.length() - 1] ? "}" : "");
    }
}
