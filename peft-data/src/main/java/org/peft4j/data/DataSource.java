package org.peft4j.data;

import java.util.stream.Stream;
import org.peft4j.api.PeftException;

/** A place rows come from. Files are {@link DataFile}; an application may add its own. */
public interface DataSource {
    /** What messages and summaries call it: a file's path, a table's name. */
    String name();

    /**
     * The rows, read as they are asked for; every call starts anew and gives the same rows. The caller closes the stream.
     *
     * @throws PeftException here or while reading, if the rows can't be read
     */
    Stream<DataRow> rows();

    /** The SHA-256 of the content in lower-case hexadecimal; by default that of all texts in order. */
    default String fingerprint() {
        return Digest.ofRows(this);
    }
}
