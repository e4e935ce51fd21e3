package org.peft4j.data;

import java.io.Closeable;
import java.io.IOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.peft4j.api.PeftException;

/** Reads rows one after the other. */
interface RowReader extends Closeable {
    /** The next row; empty at the end. */
    Optional<DataRow> next() throws IOException;

    /** All rows; closing the stream closes this. */
    default Stream<DataRow> stream(String source) {
        Iterator<DataRow> rows = new Iterator<>() {
            private Optional<DataRow> ahead = Optional.empty();

            @Override
            public boolean hasNext() {
                try {
                    ahead = ahead.isPresent() ? ahead : RowReader.this.next();
                    return ahead.isPresent();
                } catch (IOException e) {
                    throw unreadable(source, e);
                }
            }

            @Override
            public DataRow next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                DataRow row = ahead.orElseThrow();
                ahead = Optional.empty();
                return row;
            }
        };
        int ordered = Spliterator.ORDERED | Spliterator.NONNULL;
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(rows, ordered), false)
                .onClose(() -> {
                    try {
                        close();
                    } catch (IOException e) {
                        throw unreadable(source, e);
                    }
                });
    }

    static PeftException unreadable(String source, IOException e) {
        return PeftException.of(
                "data-file",
                source + " can't be read: " + e.getMessage() + ".",
                "Check that the file is there and may be read.",
                e);
    }
}
