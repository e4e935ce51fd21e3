package org.peft4j.cli;

import java.nio.file.Path;
import java.util.List;
import org.peft4j.checkpoint.TextTokenizer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code peft tokens}. */
@Command(
        name = "tokens",
        description = "Print the token ids of texts, one JSON list a line.",
        footer = {
            "  peft tokens --base models/tiny --text \"Once upon a time\"",
            "  peft tokens --base models/tiny --file texts.jsonl --bos > ids.jsonl",
            "",
            "Each line of the file is a JSON text, or an object with the key 'text' or 'prompt'."
        })
final class TokensCommand extends Action {
    @Option(names = "--base", required = true, paramLabel = "DIR", description = "Directory with tokenizer.json.")
    private Path base;

    @ArgGroup(multiplicity = "1")
    private Input input;

    @Option(names = "--bos", description = "Begin with the begin-of-sequence token, where the model wants it.")
    private boolean bos;

    private static final class Input {
        @Option(names = "--text", paramLabel = "TEXT", description = "A text; may be given several times.")
        private List<String> texts;

        @Option(names = "--file", paramLabel = "JSONL", description = "A file with a text a line.")
        private Path file;
    }

    @Override
    public Integer call() {
        TextTokenizer tokenizer = TextTokenizer.open(base);
        List<String> texts = input.texts != null
                ? input.texts
                : JsonLines.read(input.file).stream().map(JsonLines.Line::text).toList();
        for (String text : texts) {
            printJson(bos ? tokenizer.encodeFromBegin(text) : tokenizer.encode(text));
        }
        return Main.OK;
    }
}
