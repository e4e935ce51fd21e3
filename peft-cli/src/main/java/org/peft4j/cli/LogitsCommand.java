package org.peft4j.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.StagedFile;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code peft logits}. */
@Command(
        name = "logits",
        hidden = true,
        description = "Write the logits of every position of a sequence, to compare with other programs.",
        footer = {
            "  peft logits --base models/tiny --ids 1,403,407 --out logits.json",
            "",
            "The file holds {\"input_ids\": [..], \"logits\": [[..], ..]}, a row a position; with several",
            "sequences (a file of lists, or of a list of lists) a JSON list of such objects."
        })
final class LogitsCommand extends Action {
    @Mixin
    private ModelOptions model;

    @ArgGroup(multiplicity = "1")
    private Input input;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "JSON file to write.")
    private Path out;

    private static final class Input {
        @Option(names = "--text", paramLabel = "TEXT", description = "A text; the begin token is added if wanted.")
        private String text;

        @Option(
                names = "--ids",
                paramLabel = "IDS",
                converter = TokenIds.Converter.class,
                description = "Token ids: 1,2,3.")
        private TokenIds ids;

        @Option(names = "--ids-file", paramLabel = "FILE", description = "JSON: a list of ids, or one a line.")
        private Path file;
    }

    @Override
    public Integer call() {
        List<int[]> sequences = new ArrayList<>();
        if (input.file != null) {
            JsonLines.read(input.file).forEach(line -> addAll(line, sequences));
        } else if (input.ids != null) {
            sequences.add(input.ids.values());
        }
        try (ModelOptions.Loaded loaded = model.open(this)) {
            if (input.text != null) {
                sequences.add(loaded.checkpoint().tokenizer().encodeFromBegin(input.text));
            }
            for (int[] ids : sequences) {
                TokenIds.check(ids, loaded.vocabulary());
                checkLength(ids, loaded.room());
            }
            write(loaded, sequences);
        }
        println("Logits of " + sequences.stream().mapToInt(s -> s.length).sum() + " positions written to " + out + ".");
        return Main.OK;
    }

    private static void checkLength(int[] ids, int room) {
        if (ids.length == 0 || ids.length > room) {
            throw PeftException.of(
                    "context-exceeded",
                    "The sequence has " + ids.length + " tokens; the model's context has room for 1 to " + room + ".",
                    "Give a shorter one.");
        }
    }

    private static void addAll(JsonLines.Line line, List<int[]> sequences) {
        JsonNode value = line.value();
        if (value.isArray() && !value.isEmpty() && value.get(0).isArray()) {
            value.forEach(inner -> addAll(new JsonLines.Line(line.at(), inner), sequences));
            return;
        }
        boolean numbers = value.isArray()
                && IntStream.range(0, value.size()).allMatch(i -> value.get(i).canConvertToInt());
        if (!numbers) {
            throw PeftException.of("data-row", line.at() + ": not a list of token ids.", "Write [1, 2, 3].");
        }
        sequences.add(
                IntStream.range(0, value.size()).map(i -> value.get(i).asInt()).toArray());
    }

    private void write(ModelOptions.Loaded loaded, List<int[]> sequences) {
        try (StagedFile staged = StagedFile.write(out, channel -> {
            OutputStream file = new BufferedOutputStream(Channels.newOutputStream(channel));
            try (JsonGenerator json = new JsonFactory()
                    .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                    .createGenerator(file)) {
                writeAll(json, loaded, sequences);
            }
            file.flush();
        })) {
            staged.commit();
        }
    }

    private static void writeAll(JsonGenerator json, ModelOptions.Loaded loaded, List<int[]> sequences)
            throws IOException {
        boolean several = sequences.size() > 1;
        if (several) {
            json.writeStartArray();
        }
        for (int[] ids : sequences) {
            writeOne(json, ids, loaded.model().logits(ids));
        }
        if (several) {
            json.writeEndArray();
        }
    }

    private static void writeOne(JsonGenerator json, int[] ids, float[][] logits) throws IOException {
        json.writeStartObject();
        json.writeFieldName("input_ids");
        json.writeArray(ids, 0, ids.length);
        json.writeArrayFieldStart("logits");
        for (float[] row : logits) {
            json.writeStartArray();
            for (float value : row) {
                json.writeNumber(value);
            }
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
