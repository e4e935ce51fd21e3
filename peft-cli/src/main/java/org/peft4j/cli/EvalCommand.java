package org.peft4j.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.peft4j.data.DataFile;
import org.peft4j.data.DataFormat;
import org.peft4j.data.DataSettings;
import org.peft4j.data.Dataset;
import org.peft4j.data.EvaluationBatches;
import org.peft4j.data.Example;
import org.peft4j.data.TextUnit;
import org.peft4j.data.Tokenizing;
import org.peft4j.data.TooLong;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Batch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code peft eval}. */
@Command(
        name = "eval",
        description = "Measure the loss of a model, with or without adapters, on a file of data.",
        footer = {
            "  peft eval --base models/tiny --data valid.jsonl",
            "  peft eval --base models/tiny --adapter runs/a/adapter --data valid.jsonl --json"
        })
final class EvalCommand extends Action {
    private static final int BATCH_TOKENS = 2048;

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
            description = "Leave out rows of more tokens (default: the model's context).")
    private int maxLength;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        if (maxLength < 0 || maxLength == 1) {
            throw wrong("Invalid value for option '--max-length': it is at least 2, or 0 for the model's context");
        }
        try (ModelOptions.Loaded loaded = model.open(this)) {
            DataSettings settings =
                    new DataSettings(format, maxLength, TooLong.SKIP, TextUnit.PARAGRAPH).within(loaded.room());
            Dataset dataset = Dataset.read(
                    DataFile.of(data, settings),
                    Tokenizing.of(loaded.base().checkpoint().tokenizer()),
                    settings);
            dataset.warnings().forEach(screen()::warn);
            print(dataset, loss(loaded.model(), dataset));
        }
        return Main.OK;
    }

    /** The mean over predicted tokens, in nats. */
    private static double loss(AdaptedModel model, Dataset dataset) {
        double sum = 0;
        for (List<Example> examples : EvaluationBatches.of(dataset.examples(), BATCH_TOKENS)) {
            sum += model.loss(Batch.of(examples.stream()
                    .map(e -> new Batch.Sequence(e.tokens(), e.targets()))
                    .toList()));
        }
        return sum / dataset.counts().targetTokens();
    }

    private void print(Dataset dataset, double loss) {
        double perplexity = Math.exp(loss);
        if (!json) {
            println(String.format(
                    Locale.ROOT,
                    "loss %.4f (mean over %,d tokens of %,d sequences), perplexity %.3f",
                    loss,
                    dataset.counts().targetTokens(),
                    dataset.examples().size(),
                    perplexity));
            return;
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("loss", loss);
        result.put("perplexity", perplexity);
        result.put("target_tokens", dataset.counts().targetTokens());
        result.put("tokens", dataset.counts().tokens());
        result.put("sequences", dataset.examples().size());
        result.put("skipped_rows", dataset.counts().skipped());
        result.put("data", dataset.name());
        printJson(result);
    }
}
