package org.peft4j.report;

import java.util.List;

/** The page's tiles: who leads in quality and in each cost, told by the same rule as all claims. */
final class Tiles {
    private record Tile(Figure figure, String title) {}

    private static final List<Tile> TILES = List.of(
            new Tile(Figure.HELD_OUT_LOSS, "Lowest held-out loss"),
            new Tile(Figure.PEAK_MEMORY, "Least memory"),
            new Tile(Figure.TRAINABLE_PARAMETERS, "Fewest parameters"),
            new Tile(Figure.TRAINING_SECONDS, "Shortest training"),
            new Tile(Figure.FORGETTING, "Least forgotten"));

    private static final int MOST_NAMES = 2;

    private final List<ReportRow> rows;

    Tiles(List<ReportRow> rows) {
        this.rows = rows;
    }

    String html() {
        StringBuilder out = new StringBuilder();
        for (Tile tile : TILES) {
            Ranking ranking = Ranking.of(tile.figure(), rows);
            if (ranking.places().size() > 1) {
                out.append(tile(tile, ranking));
            }
        }
        return out.isEmpty() ? "" : "<dl class=\"tiles\">" + out + "</dl>";
    }

    private String tile(Tile tile, Ranking ranking) {
        List<ReportRow> leaders =
                ranking.leaders().stream().map(Ranking.Place::row).toList();
        boolean all = leaders.size() == ranking.places().size();
        String who = all
                ? "No difference told"
                : leaders.size() <= MOST_NAMES
                        ? Prose.labels(leaders)
                        : leaders.get(0).label() + " and " + (leaders.size() - 1) + " not told apart";
        String value = Prose.value(tile.figure(), ranking.best().orElseThrow().spread());
        StringBuilder marks = new StringBuilder();
        if (!all && leaders.size() <= MOST_NAMES) {
            leaders.forEach(r -> marks.append(Html.swatch(rows.indexOf(r))));
        }
        return "<div><dt>" + tile.title() + "</dt><dd><b>" + Html.text(value) + "</b><span>" + marks + " "
                + Html.text(who) + "</span></dd></div>";
    }
}
