package org.peft4j.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.TextTokenizer;
import org.peft4j.model.Generator;
import org.peft4j.model.Sampling;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code peft generate}. */
@Command(
        name = "generate",
        description = {
            "Continue prompts. Without --prompt, --prompts, --prompt-ids or --requests, standard input is the prompt.",
            "With --requests each row names the adapter that continues it, or none; all run as one batch."
        },
        footer = {
            "  peft generate --base models/tiny --prompt \"Once upon a time\"",
            "  peft generate --base models/tiny --adapter runs/a --prompts held-out.jsonl --json",
            "  peft generate --base models/tiny --adapter style=runs/a:0.7 --adapter runs/b:0.3 --prompt \"Hello\"",
            "  peft generate --base models/tiny --adapter a=runs/a --adapter b=runs/b --requests requests.jsonl",
            "  peft generate --base models/tiny --temperature 0.8 --top-p 0.95 --seed 3 < prompt.txt",
            "",
            "A file of prompts is JSONL: objects with 'prompt', conversations that end with the user's turn,",
            "or rows as for training, which are cut before what is to be predicted. A file of requests has",
            "rows {\"adapter\": \"a\", \"prompt\": \"...\"}."
        })
final class GenerateCommand extends Action {
    /** How many prompts are continued at once. */
    private static final int TOGETHER = 32;

    @Mixin
    private ModelOptions model;

    @ArgGroup
    private Input input;

    @Mixin
    private SamplingOptions sampling;

    @Option(names = "--chat", description = "Put each prompt in the model's chat template, as the user's turn.")
    private boolean chat;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Only the first N prompts of the file; 0, the default, for all.")
    private int limit;

    @Option(names = "--json", description = "Print one JSON object a prompt.")
    private boolean json;

    private static final class Input {
        @Option(names = "--prompt", paramLabel = "TEXT", description = "A prompt; may be given several times.")
        private List<String> texts;

        @Option(names = "--prompts", paramLabel = "JSONL", description = "A file of prompts.")
        private Path file;

        @Option(
                names = "--requests",
                paramLabel = "JSONL",
                description = "A file of prompts with the adapter of each; prints one JSON object a request.")
        private Path requests;

        @Option(
                names = "--prompt-ids",
                paramLabel = "IDS",
                converter = TokenIds.Converter.class,
                description = "The prompt as token ids, for example 1,403,407; no begin token is added.")
        private TokenIds ids;
    }

    @Override
    public Integer call() {
        Sampling how = sampling.sampling(this);
        if (limit < 0) {
            throw wrong("Invalid value for option '--limit': " + limit + " is less than 0");
        }
        try (ModelOptions.Loaded loaded = model.open(this)) {
            if (input != null && input.requests != null) {
                new Requests(this, loaded, chat).run(input.requests, limit, how);
                return Main.OK;
            }
            boolean idsOnly = input != null && input.ids != null;
            List<Prompts.Prompt> prompts = idsOnly ? ids(loaded) : prompts(loaded);
            Set<Integer> stops = idsOnly
                    ? Set.copyOf(loaded.checkpoint().config().eosTokenIds())
                    : tokenizer(loaded).eosIds();
            requireRoom(prompts, loaded.room());
            Generator generator = new Generator(loaded.model(), how, stops);
            if (prompts.size() == 1 && screen().outTerminal() && !json && !idsOnly) {
                stream(generator, prompts.get(0), tokenizer(loaded));
                return Main.OK;
            }
            for (int from = 0; from < prompts.size(); from += TOGETHER) {
                List<Prompts.Prompt> some = prompts.subList(from, Math.min(prompts.size(), from + TOGETHER));
                List<int[]> made = generator.generate(
                        some.stream().map(Prompts.Prompt::tokens).toList(), (index, id) -> {});
                for (int i = 0; i < made.size(); i++) {
                    String text = idsOnly ? "" : some.get(i).continuation(tokenizer(loaded), made.get(i));
                    print(from + i, prompts.size(), some.get(i), made.get(i), text, idsOnly);
                }
            }
        }
        return Main.OK;
    }

    /** Before the first is continued: what is printed so far must not be in vain. */
    private static void requireRoom(List<Prompts.Prompt> prompts, int room) {
        for (int i = 0; i < prompts.size(); i++) {
            int length = prompts.get(i).tokens().length;
            if (length == 0 || length >= room) {
                throw PeftException.of(
                        "context-exceeded",
                        "prompt " + (i + 1) + " has " + length + " tokens; the model's context has room for 1 to "
                                + (room - 1),
                        length == 0 ? "Write something to continue." : "Shorten the prompt.");
            }
        }
    }

    private static TextTokenizer tokenizer(ModelOptions.Loaded loaded) {
        return loaded.checkpoint().tokenizer();
    }

    private List<Prompts.Prompt> ids(ModelOptions.Loaded loaded) {
        TokenIds.check(input.ids.values(), loaded.vocabulary());
        return List.of(new Prompts.Prompt("", input.ids.values(), Map.of()));
    }

    private List<Prompts.Prompt> prompts(ModelOptions.Loaded loaded) {
        TextTokenizer tokenizer = tokenizer(loaded);
        if (input != null && input.file != null) {
            List<Prompts.Prompt> all = Prompts.read(tokenizer, input.file, chat, loaded.room());
            return limit > 0 && limit < all.size() ? all.subList(0, limit) : all;
        }
        List<String> texts = input == null ? List.of(standardInput()) : input.texts;
        List<Prompts.Prompt> prompts = new ArrayList<>();
        texts.forEach(t -> prompts.add(Prompts.of(tokenizer, t, chat)));
        return prompts;
    }

    private String standardInput() {
        if (screen().inTerminal()) {
            throw wrong("Give --prompt TEXT, --prompts FILE, or a prompt on standard input");
        }
        try {
            String text = new String(screen().in().readAllBytes(), StandardCharsets.UTF_8);
            return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        } catch (IOException e) {
            throw PeftException.of("data-file", "standard input can't be read: " + e.getMessage(), "", e);
        }
    }

    /** A token may be part of a character: what isn't whole yet waits for the next one. */
    private void stream(Generator generator, Prompts.Prompt prompt, TextTokenizer tokenizer) {
        screen().out().print(screen().dim(prompt.text()));
        StringBuilder shown = new StringBuilder();
        List<Integer> made = new ArrayList<>();
        List<int[]> ids = generator.generate(List.of(prompt.tokens()), (index, id) -> {
            made.add(id);
            String text = prompt.continuation(
                    tokenizer, made.stream().mapToInt(Integer::intValue).toArray());
            if (!text.endsWith("\ufffd") && text.startsWith(shown.toString())) {
                screen().out().print(text.substring(shown.length()));
                screen().out().flush();
                shown.append(text, shown.length(), text.length());
            }
        });
        String whole = prompt.continuation(tokenizer, ids.get(0));
        println(whole.startsWith(shown.toString()) ? whole.substring(shown.length()) : "");
    }

    private void print(int index, int of, Prompts.Prompt prompt, int[] ids, String text, boolean idsOnly) {
        if (json) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("index", index);
            line.put("prompt", prompt.text());
            line.put("completion", text);
            line.put("prompt_ids", prompt.tokens());
            line.put("generated_ids", ids);
            line.put("row", prompt.fields());
            printJson(line);
        } else if (idsOnly) {
            println(Arrays.toString(ids));
        } else {
            if (of > 1) {
                println(screen().bold("[" + (index + 1) + "] ") + screen().dim(prompt.text()));
            }
            println(text);
        }
    }
}
