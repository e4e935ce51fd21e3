package org.peft4j.data;

import java.util.List;
import java.util.Locale;
import org.peft4j.api.PeftException;

/**
 * Rows made ready for a model. Immutable.
 *
 * @param name what its source is called
 * @param fingerprint the SHA-256 of its source's content, hexadecimal
 * @param examples at least one, in the source's order
 * @param counts what it has
 * @param warnings what a user should know before training, a sentence each
 */
public record Dataset(
        String name, String fingerprint, List<Example> examples, DatasetCounts counts, List<String> warnings) {
    /** Copies the lists. */
    public Dataset {
        examples = List.copyOf(examples);
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads all rows of a source.
     *
     * @param settings with a length of at least 2; see {@link DataSettings#within}
     * @throws PeftException if a row can't be read, if there is none, if one is too long and that is to be an error, or if no
     *     row fits
     */
    public static Dataset read(DataSource source, Tokenizing tokenizer, DataSettings settings) {
        return new DatasetReader(source, tokenizer, settings).read();
    }

    /** One line: rows, examples, tokens. */
    public String summary() {
        String share = String.format(Locale.ROOT, "%.0f", 100.0 * counts.targetTokens() / Math.max(1, counts.tokens()));
        return String.format(
                Locale.ROOT,
                "%s: %,d rows, %,d sequences%s%s, %,d tokens, %,d of them trained on (%s %%), longest %,d",
                name,
                counts.rows(),
                examples.size(),
                counts.skipped() == 0 ? "" : String.format(Locale.ROOT, ", %,d rows skipped", counts.skipped()),
                counts.truncated() == 0 ? "" : String.format(Locale.ROOT, ", %,d rows cut", counts.truncated()),
                counts.tokens(),
                counts.targetTokens(),
                share,
                counts.longest());
    }

    /**
     * What is trained on and what is masked in the first examples, as text for people.
     *
     * @param n how many examples
     */
    public String preview(int n, Tokenizing tokenizer, PreviewStyle style) {
        return new Preview(tokenizer, style).of(examples.subList(0, Math.min(n, examples.size())));
    }
}
