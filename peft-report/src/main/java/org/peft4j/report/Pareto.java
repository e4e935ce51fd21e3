package org.peft4j.report;

import java.util.List;

/**
 * Which rows nothing beats in two figures at once. A row is beaten where another is better in one of the two by more than
 * the spread and not worse in the other by more than the spread.
 */
final class Pareto {
    private Pareto() {}

    /** The rows that are not beaten, in the order of the quality; rows that lack one of the figures are not compared. */
    static List<ReportRow> front(List<ReportRow> rows, Figure quality, Figure cost) {
        Ranking one = Ranking.of(quality, rows);
        Ranking two = Ranking.of(cost, rows);
        List<ReportRow> compared =
                one.places().stream().map(Ranking.Place::row).filter(two::has).toList();
        return compared.stream()
                .filter(r -> compared.stream().noneMatch(other -> beats(other, r, one, two)))
                .toList();
    }

    private static boolean beats(ReportRow a, ReportRow b, Ranking one, Ranking two) {
        return (one.better(a, b) && !two.better(b, a)) || (two.better(a, b) && !one.better(b, a));
    }
}
