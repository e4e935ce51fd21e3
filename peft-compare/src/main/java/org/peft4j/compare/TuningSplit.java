package org.peft4j.compare;

import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.peft4j.api.PeftException;
import org.peft4j.data.DataRow;
import org.peft4j.data.DataSource;

/**
 * Training data in two parts: rows at even distances that trials are judged by, and those that they are trained on.
 *
 * @param kept to train on
 * @param setAside to judge by
 */
record TuningSplit(DataSource kept, DataSource setAside) {
    /**
     * Sets rows aside.
     *
     * @throws PeftException if they would be half of the data or more
     */
    static TuningSplit of(DataSource all, int rows) {
        long count;
        try (Stream<DataRow> every = all.rows()) {
            count = every.count();
        }
        if (rows * 2L > count) {
            throw PeftException.of(
                    "compare-sweep",
                    "tuning.rows is " + rows + ", but " + all.name() + " has only " + count + " rows",
                    "Set aside at most half of them.");
        }
        return new TuningSplit(new Part(all, count, rows, false), new Part(all, count, rows, true));
    }

    /** One of both parts. */
    private record Part(DataSource all, long count, int aside, boolean setAside) implements DataSource {
        @Override
        public String name() {
            return all.name() + (setAside ? ", rows set aside for tuning" : ", without those set aside for tuning");
        }

        @Override
        public Stream<DataRow> rows() {
            AtomicLong index = new AtomicLong();
            return all.rows().filter(r -> isSetAside(index.getAndIncrement()) == setAside);
        }

        /** Row i begins a new one of {@code aside} equal stretches. */
        private boolean isSetAside(long i) {
            return Math.floorDiv(i * aside, count) != Math.floorDiv((i - 1) * aside, count);
        }
    }
}
