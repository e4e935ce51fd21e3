package org.peft4j.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.peft4j.data.DataFile;
import org.peft4j.data.DataFormat;
import org.peft4j.data.DataSettings;
import org.peft4j.data.Dataset;
import org.peft4j.data.TextUnit;
import org.peft4j.data.TooLong;
import org.peft4j.runtime.Evaluation;
import org.peft4j.runtime.Evaluator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code peft eval}. */
@Command(
        name = "eval",
        description = "Measure the loss of a model, with or without adapters, on a file of data.",
        footer = {
            "  peft eval --base models/tiny --data valid.jsonl",
            "  peft eval --base models/tiny --adapter runs/a --data valid.jsonl --json"
        })
final class EvalCommand extends Action {
    @Mixin
    private ModelOptions model;

    @Option(names = "--data", required = true, paramLabel = "FILE", description = "JSONL, JSON or text.")
    private Path data;

    @Option(
            names = "--format",
            defaultValue = "auto",
            paramLabel = "NAME",
            description = "Layout of the rows: auto, prompt-completion, alpaca, messages, text, plain-text.",
            converter = DataFormatName.class)
    private DataFormat format;

    @Option(
            names = "--max-length",
            defaultValue = "0",
            paramLabel = "N",
            description = "Longest row in tokens (default: the model's context).")
    private int maxLength;

    @Option(
            names = "--too-long",
            defaultValue = "skip",
            paramLabel = "WHAT",
            description = "What becomes of longer rows: skip (the default), truncate or error.")
    private TooLong tooLong;

    @Option(
            names = "--text-unit",
            defaultValue = "paragraph",
            paramLabel = "UNIT",
            description = "One document of a text file: paragraph (the default) or file.")
    private TextUnit textUnit;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        if (maxLength < 0 || maxLength == 1) {
            throw wrong("Invalid value for option '--max-length': it is at least 2, or 0 for the model's context");
        }
        try (ModelOptions.Loaded loaded = model.open(this)) {
            DataSettings settings = new DataSettings(format, maxLength, tooLong, textUnit).within(loaded.room());
            Dataset dataset =
                    Dataset.read(DataFile.of(data, settings), loaded.owner().tokenizing(), settings);
            dataset.warnings().forEach(screen()::warn);
            print(dataset, new Evaluator(loaded.owner(), loaded.model()).loss(dataset));
        }
        return Main.OK;
    }

    private void print(Dataset dataset, Evaluation evaluation) {
        if (!json) {
            println(String.format(
                    Locale.ROOT,
                    "loss %.4f (mean over %,d tokens of %,d sequences), perplexity %.3f",
                    evaluation.loss(),
                    evaluation.tokens(),
                    evaluation.sequences(),
                    evaluation.perplexity()));
            return;
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("loss", evaluation.loss());
        result.put("perplexity", evaluation.perplexity());
        result.put("target_tokens", evaluation.tokens());
        result.put("tokens", dataset.counts().tokens());
        result.put("sequences", evaluation.sequences());
        result.put("skipped_rows", dataset.counts().skipped());
        result.put("data", dataset.name());
        printJson(result);
    }
}
