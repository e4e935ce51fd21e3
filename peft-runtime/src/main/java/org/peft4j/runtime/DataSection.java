package org.peft4j.runtime;

import org.peft4j.api.Setting;
import org.peft4j.data.DataFormat;
import org.peft4j.data.DataSettings;
import org.peft4j.data.TextUnit;
import org.peft4j.data.TooLong;

/**
 * Which data, and how it is read.
 *
 * @param train file or name of a data source to train on
 * @param eval file or name of a data source that is held out; empty for none
 * @param format layout of the rows
 * @param maxLength longest sequence; 0 for the model's context
 * @param tooLong what becomes of longer rows
 * @param textUnit what one document of running text is
 */
public record DataSection(
        @Setting(help = "File to train on, or the name of a data source.")
        String train,

        @Setting(help = "File that is held out, or the name of a data source; '' for none.", value = "''")
        String eval,

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
    /** The part that says how rows are read. */
    public DataSettings reading() {
        return new DataSettings(format, maxLength, tooLong, textUnit);
    }
}
