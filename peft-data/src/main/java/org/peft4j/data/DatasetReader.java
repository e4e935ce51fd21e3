package org.peft4j.data;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.peft4j.api.PeftException;

/** Reads a dataset once. */
final class DatasetReader {
    /** Rows that are tokenized at once. */
    private static final int PIECE = 1024;

    private static final String LENGTHEN = "Shorten it, raise max-length, or set too-long to skip or truncate.";

    private final DataSource source;
    private final ExampleEncoder encoder;
    private final DataSettings settings;
    private final List<Example> examples = new ArrayList<>();
    private Optional<Example> firstTooLong = Optional.empty();
    private long rows;
    private long tooLongCount;
    private long truncated;
    private long pointless;
    private long silent;
    private Optional<Origin> firstSilent = Optional.empty();
    private long tokens;
    private long targets;
    private int longest;

    DatasetReader(DataSource source, Tokenizing tokenizer, DataSettings settings) {
        if (settings.maxLength() < 2) {
            throw new IllegalArgumentException("the longest sequence must be known: use DataSettings.within");
        }
        this.source = source;
        this.encoder = new ExampleEncoder(tokenizer, settings.maxLength());
        this.settings = settings;
    }

    Dataset read() {
        try (Stream<DataRow> all = source.rows()) {
            Iterator<DataRow> each = all.iterator();
            for (boolean more = true; more; ) {
                more = addPiece(each);
            }
        }
        if (rows == 0) {
            throw DataProblems.file(source.name() + " has no rows.", "Write at least one row into it.");
        }
        if (examples.isEmpty()) {
            throw nothingLeft();
        }
        long skipped = tooLongCount + pointless;
        return new Dataset(
                source.name(),
                source.fingerprint(),
                examples,
                new DatasetCounts(rows, skipped, truncated, tokens, targets, longest),
                warnings());
    }

    /**
     * Takes some rows more; tokenizing is most of the work, and all processors share it. Where a row can't be read, those before
     * it come first: the first mistake is the one that is told.
     */
    private boolean addPiece(Iterator<DataRow> each) {
        List<DataRow> piece = new ArrayList<>(PIECE);
        try {
            while (piece.size() < PIECE && each.hasNext()) {
                piece.add(each.next());
            }
        } finally {
            List<List<Example>> encoded = encoded(piece);
            for (int i = 0; i < encoded.size(); i++) {
                add(piece.get(i), encoded.get(i));
            }
        }
        return !piece.isEmpty();
    }

    private List<List<Example>> encoded(List<DataRow> piece) {
        try {
            return piece.parallelStream().map(encoder::encode).toList();
        } catch (RuntimeException e) {
            for (int i = 0; i < piece.size(); i++) {
                add(piece.get(i), encoder.encode(piece.get(i))); // throws at the first that can't be encoded
            }
            throw e;
        }
    }

    private void add(DataRow row, List<Example> made) {
        rows++;
        if (row.text() instanceof RowText.Completion c && c.completion().isBlank()) {
            silent++;
            firstSilent = firstSilent.or(() -> Optional.of(row.at()));
        }
        int limit = settings.maxLength();
        if (made.stream().mapToInt(Example::targetCount).sum() == 0) {
            pointless++;
        } else if (made.get(0).length() <= limit) {
            made.forEach(this::keep);
        } else if (settings.tooLong() == TooLong.ERROR) {
            throw overlong(made.get(0), LENGTHEN);
        } else {
            shorten(made.get(0), limit);
        }
    }

    private void shorten(Example example, int limit) {
        Example cut = example.cut(limit);
        if (settings.tooLong() == TooLong.TRUNCATE && cut.targetCount() > 0) {
            truncated++;
            keep(cut);
        } else {
            tooLongCount++;
            firstTooLong = firstTooLong.or(() -> Optional.of(example));
        }
    }

    private void keep(Example example) {
        examples.add(example);
        tokens += example.length();
        targets += example.targetCount();
        longest = Math.max(longest, example.length());
    }

    private PeftException nothingLeft() {
        if (firstTooLong.isEmpty()) {
            return DataProblems.file(
                    source.name() + ": none of its " + rows + " rows has anything to train on.",
                    "Completions and texts must not all be empty.");
        }
        return overlong(
                firstTooLong.orElseThrow(), "No row fits, so none can be left out: shorten them or raise max-length.");
    }

    private PeftException overlong(Example example, String remedy) {
        int limit = settings.maxLength();
        int prompt = example.promptTokens().length;
        String what = prompt >= limit
                ? "the prompt alone has " + prompt + " tokens, the longest sequence may have " + limit
                : "the row has " + example.length() + " tokens, the longest sequence may have " + limit;
        return PeftException.of("data-too-long", example.row().at() + ": " + what + ".", remedy);
    }

    private List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        int limit = settings.maxLength();
        if (tooLongCount > 0) {
            warnings.add(source.name() + ": " + tooLongCount + " of " + rows + " rows are longer than " + limit
                    + " tokens and left out, the first in "
                    + firstTooLong.orElseThrow().row().at());
        }
        if (truncated > 0) {
            warnings.add(source.name() + ": " + truncated + " of " + rows + " rows are longer than " + limit
                    + " tokens and cut there");
        }
        if (silent > 0) {
            warnings.add(source.name() + ": " + silent + " of " + rows
                    + " rows have an empty completion and teach the model to say nothing, the first in "
                    + firstSilent.orElseThrow());
        }
        if (pointless > 0) {
            warnings.add(source.name() + ": " + pointless + " of " + rows + " rows have nothing to train on");
        }
        return warnings;
    }
}
