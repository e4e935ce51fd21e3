package org.peft4j.data;

import org.peft4j.api.PeftException;
import org.peft4j.api.Setting;

/**
 * How data is read.
 *
 * @param format the layout of the rows
 * @param maxLength the longest sequence in tokens, special tokens included; 0 for the model's context
 * @param tooLong what becomes of longer rows; running text is cut into windows instead
 * @param textUnit what one document of running text is
 */
public record DataSettings(
        @Setting(help = "Layout of the rows; auto looks at the file's ending and its first row.", value = "auto")
        DataFormat format,

        @Setting(help = "Longest sequence in tokens, special tokens included; 0 is the model's context.", value = "0")
        int maxLength,

        @Setting(help = "What becomes of rows longer than that; running text is cut into windows.", value = "skip")
        TooLong tooLong,

        @Setting(
                help = "One document of a text file: a paragraph between blank lines, or the file.",
                value = "paragraph")
        TextUnit textUnit) {
    /** Checks the length. */
    public DataSettings {
        if (maxLength < 0 || maxLength == 1) {
            throw new IllegalArgumentException("max-length is 0 or at least 2, not " + maxLength);
        }
    }

    /** Any layout, rows of up to so many tokens, longer ones left out. */
    public static DataSettings upTo(int maxLength) {
        return new DataSettings(DataFormat.AUTO, maxLength, TooLong.SKIP, TextUnit.PARAGRAPH);
    }

    /**
     * The same with a length that a model can take.
     *
     * @param context the model's longest sequence
     * @throws PeftException if more was asked for
     */
    public DataSettings within(int context) {
        if (maxLength > context) {
            throw PeftException.of(
                    "data-length",
                    "max-length is " + maxLength + ", but the model's context has " + context + " tokens.",
                    "Give at most " + context + ", or leave max-length out.");
        }
        return new DataSettings(format, maxLength == 0 ? context : maxLength, tooLong, textUnit);
    }
}
