package org.peft4j.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The trained rows in the order of one figure. Two rows differ only where their ranges mean &plusmn; spread don't
 * meet; with one seed there is no range, and nothing differs.
 */
final class Ranking {
    /** A row's place. */
    record Place(ReportRow row, Spread spread) {}

    private final Figure figure;
    private final List<Place> places;

    private Ranking(Figure figure, List<Place> places) {
        this.figure = figure;
        this.places = places;
    }

    /** Of those rows that were trained and have the figure, the best first. */
    static Ranking of(Figure figure, List<ReportRow> rows) {
        List<Place> places = new ArrayList<>();
        for (ReportRow row : rows) {
            if (row.trained()) {
                row.spread(figure).ifPresent(s -> places.add(new Place(row, s)));
            }
        }
        Comparator<Place> byMean = Comparator.comparingDouble(p -> p.spread().mean());
        places.sort(figure.better() == Figure.Better.LOWER ? byMean : byMean.reversed());
        return new Ranking(figure, List.copyOf(places));
    }

    List<Place> places() {
        return places;
    }

    Optional<Place> best() {
        return places.stream().findFirst();
    }

    /** The best and those that can't be told apart from it. */
    List<Place> leaders() {
        return best().map(b -> places.stream().filter(p -> !differs(b, p)).toList())
                .orElse(List.of());
    }

    /** The best one that can be told apart from the leaders' first. */
    Optional<Place> next() {
        return best().flatMap(b -> places.stream().filter(p -> differs(b, p)).findFirst());
    }

    /** Whether a row is better than another by more than their spreads; false where one of them lacks the figure. */
    boolean better(ReportRow a, ReportRow b) {
        Optional<Place> first = place(a);
        Optional<Place> second = place(b);
        return first.isPresent()
                && second.isPresent()
                && differs(first.get(), second.get())
                && places.indexOf(first.get()) < places.indexOf(second.get());
    }

    boolean has(ReportRow row) {
        return place(row).isPresent();
    }

    private Optional<Place> place(ReportRow row) {
        return places.stream().filter(p -> p.row() == row).findFirst();
    }

    private boolean differs(Place a, Place b) {
        return differ(figure, a.row(), a.spread(), b.row(), b.spread());
    }

    /** The rule itself, for any two rows. */
    static boolean differ(Figure figure, ReportRow a, Spread of, ReportRow b, Spread other) {
        return known(figure, a, of)
                && known(figure, b, other)
                && Math.abs(of.mean() - other.mean()) > of.deviation() + other.deviation();
    }

    private static boolean known(Figure figure, ReportRow row, Spread spread) {
        return !row.trained() || spread.count() > 1 || figure.exact();
    }
}
