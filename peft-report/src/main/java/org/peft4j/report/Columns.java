package org.peft4j.report;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The columns of a table: the figures that any row has, each with the scale that suits all rows. */
final class Columns {
    /** One figure's column. */
    record Column(Figure figure, Scale scale, Ranking ranking) {
        /** The heading with its unit: {@code Peak memory (MB)}. */
        String heading() {
            return unit().isEmpty() ? figure.label() : figure.label() + " (" + unit() + ")";
        }

        /** The unit for a heading: losses have one there, not beside each number. */
        String unit() {
            return switch (figure.unit()) {
                case NATS, SIGNED_NATS -> "nats/token";
                default -> scale.unit();
            };
        }

        Optional<Spread> spread(ReportRow row) {
            return row.spread(figure);
        }

        /** Mean and spread without the unit; empty where the row lacks the figure. */
        String cell(ReportRow row) {
            return spread(row).map(s -> scale.numbers(figure, s)).orElse("");
        }

        /** Whether the row is among those that can't be told from the best, and others can. */
        boolean leads(ReportRow row) {
            return ranking.next().isPresent() && ranking.leaders().stream().anyMatch(p -> p.row() == row);
        }
    }

    /** Quality, then what it takes, then what it is like to use. */
    static final List<Figure> ORDER = List.of(
            Figure.HELD_OUT_LOSS,
            Figure.PERPLEXITY,
            Figure.FIELDS_CARRIED,
            Figure.EXACT_MATCH,
            Figure.BLEU,
            Figure.ROUGE_L,
            Figure.FORGETTING,
            Figure.GENERAL_LOSS_OFF,
            Figure.GENERAL_LOSS_ON,
            Figure.TRAINABLE_PARAMETERS,
            Figure.TRAINABLE_SHARE,
            Figure.PEAK_MEMORY,
            Figure.TRAINING_SECONDS,
            Figure.SECONDS_TO_BEST,
            Figure.RUN_SECONDS,
            Figure.TRAINING_TOKENS_PER_SECOND,
            Figure.ADAPTER_BYTES,
            Figure.START_UP_SECONDS,
            Figure.GENERATION_TOKENS_PER_SECOND,
            Figure.GENERATION_TOKENS_PER_SECOND_OFF,
            Figure.MERGE_ERROR);

    private Columns() {}

    /** The columns of these figures that at least one row has. */
    static List<Column> of(List<ReportRow> rows, List<Figure> figures) {
        return figures.stream()
                .filter(f -> rows.stream().anyMatch(r -> r.spread(f).isPresent()))
                .map(f -> new Column(f, scale(rows, f), Ranking.of(f, rows)))
                .toList();
    }

    /** The untouched base doesn't decide the digits: its loss may be far from the others', its cost is none. */
    private static Scale scale(List<ReportRow> rows, Figure figure) {
        boolean anyTrained =
                rows.stream().anyMatch(r -> r.trained() && r.spread(figure).isPresent());
        return Scale.of(
                figure,
                rows.stream()
                        .filter(r -> r.trained() || !anyTrained)
                        .flatMap(r -> r.spread(figure).stream())
                        .mapToDouble(Spread::mean)
                        .toArray());
    }

    /** Best held-out loss first; then the untouched base; then what has no result, in the order of the file. */
    static List<ReportRow> sorted(List<ReportRow> rows) {
        return rows.stream()
                .sorted(Comparator.comparing((ReportRow r) -> !r.outcome().isOk())
                        .thenComparing(r -> r.spread(Figure.HELD_OUT_LOSS).isEmpty())
                        .thenComparing(r -> !r.trained())
                        .thenComparingDouble(r ->
                                r.spread(Figure.HELD_OUT_LOSS).map(Spread::mean).orElse(0.0)))
                .toList();
    }
}
