package org.peft4j.compare;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.peft4j.api.PeftException;

/** Sees to it that every row that is trained tries the same number of settings, so that none wins by tuning. */
final class EqualTuning {
    private final ComparisonConfig config;

    EqualTuning(ComparisonConfig config) {
        this.config = config;
    }

    List<Row> of(List<Row> rows) {
        int wanted = config.tuning().settings();
        List<Row> drawn =
                rows.stream().map(r -> r.trained() ? drawn(r, wanted) : r).toList();
        long counts = drawn.stream()
                .filter(Row::trained)
                .map(r -> r.candidates().size())
                .distinct()
                .count();
        boolean tooFew =
                drawn.stream().anyMatch(r -> r.trained() && r.candidates().size() < wanted);
        if (counts > 1 || tooFew) {
            throw unequal(drawn, wanted);
        }
        return drawn;
    }

    private static PeftException unequal(List<Row> rows, int wanted) {
        String each = rows.stream()
                .filter(Row::trained)
                .map(r -> r.label() + " " + r.candidates().size())
                .collect(Collectors.joining(", "));
        return PeftException.of(
                "compare-sweep",
                "the rows don't try the same number of settings: " + each
                        + (wanted > 0 ? "; tuning.settings wants " + wanted : ""),
                "Give each row a sweep of as many settings, or set tuning.settings to the least: of larger sweeps so"
                        + " many are drawn.");
    }

    /** So many of the candidates, drawn by the first seed, in their order. */
    private Row drawn(Row row, int wanted) {
        if (wanted == 0 || row.candidates().size() <= wanted) {
            return row;
        }
        List<Row.Candidate> all = new ArrayList<>(row.candidates());
        SplittableRandom random = new SplittableRandom(config.seeds().get(0));
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            order.add(i);
        }
        for (int i = 0; i < wanted; i++) {
            Collections.swap(order, i, i + random.nextInt(all.size() - i));
        }
        return new Row(
                row.label(),
                row.method(),
                order.subList(0, wanted).stream().sorted().map(all::get).toList());
    }
}
