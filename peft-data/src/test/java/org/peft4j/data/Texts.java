package org.peft4j.data;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Sources of rows that tests make up. */
record Texts(List<DataRow> content) implements DataSource {
    static Texts of(RowText... texts) {
        return new Texts(IntStream.range(0, texts.length)
                .mapToObj(i -> new DataRow(texts[i], Origin.line("rows", i + 1), Map.of()))
                .toList());
    }

    /** Texts of these many characters. */
    static List<Example> ofLengths(int... lengths) {
        return Arrays.stream(lengths)
                .mapToObj(n -> new Example(
                        new int[n],
                        new boolean[n],
                        new DataRow(new RowText.Plain("x".repeat(n)), Origin.line("rows", n), Map.of())))
                .toList();
    }

    @Override
    public String name() {
        return "rows";
    }

    @Override
    public Stream<DataRow> rows() {
        return content.stream();
    }
}
