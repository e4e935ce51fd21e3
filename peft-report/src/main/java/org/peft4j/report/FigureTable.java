package org.peft4j.report;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The page's table of figures: best held-out loss first, sortable by the page's script, as cards on a phone. */
final class FigureTable {
    /** Always shown; the others when all are asked for. */
    private static final Set<Figure> MAIN = EnumSet.of(
            Figure.HELD_OUT_LOSS,
            Figure.EXACT_MATCH,
            Figure.FIELDS_CARRIED,
            Figure.FORGETTING,
            Figure.TRAINABLE_PARAMETERS,
            Figure.PEAK_MEMORY,
            Figure.TRAINING_SECONDS,
            Figure.ADAPTER_BYTES);

    /** Costs whose size a bar under the number shows. */
    private static final Set<Figure> BARS = EnumSet.of(
            Figure.TRAINABLE_PARAMETERS,
            Figure.PEAK_MEMORY,
            Figure.TRAINING_SECONDS,
            Figure.ADAPTER_BYTES,
            Figure.TRAINING_TOKENS_PER_SECOND);

    /** Characters of a row's settings below its name; the section of settings has all of them. */
    private static final int MOST_SETTINGS = 80;

    private final List<ReportRow> all;
    private final List<ReportRow> rows;
    private final List<Columns.Column> columns;
    private final StringBuilder out = new StringBuilder();

    FigureTable(ComparisonReport report) {
        this.all = report.rows();
        this.rows = Columns.sorted(report.rows());
        this.columns = Columns.of(rows, Columns.ORDER);
    }

    String html() {
        boolean more = columns.stream().anyMatch(c -> !MAIN.contains(c.figure()));
        out.append("<div class=\"tools\">");
        if (more) {
            out.append("<label class=\"check\"><input type=\"checkbox\" id=\"all-figures\"> All figures</label>");
        }
        out.append(
                "<span class=\"sorter\" hidden><label for=\"sort-by\">Sort by</label> <select id=\"sort-by\"></select></span>");
        out.append("<span id=\"sorted\" class=\"out-of-sight\" role=\"status\"></span></div>");
        out.append("<div class=\"scroll\" role=\"region\" aria-label=\"Figures of all rows\" tabindex=\"0\">");
        out.append(
                "<table id=\"figures\" role=\"table\"><caption class=\"out-of-sight\">Figures of all rows: mean \u00b1 spread over the seeds</caption>");
        head();
        out.append("<tbody role=\"rowgroup\">");
        rows.forEach(this::row);
        return out.append("</tbody></table></div>").toString();
    }

    private void head() {
        out.append(
                "<thead role=\"rowgroup\"><tr role=\"row\"><th role=\"columnheader\" scope=\"col\" data-better=\"lower\">Row</th>");
        for (Columns.Column column : columns) {
            Figure figure = column.figure();
            boolean first = figure == Figure.HELD_OUT_LOSS;
            String better = figure.better().name().toLowerCase(Locale.ROOT);
            out.append("<th role=\"columnheader\" scope=\"col\" class=\"")
                    .append(kind(figure))
                    .append("\" data-better=\"")
                    .append(better)
                    .append('"')
                    .append(first ? " aria-sort=\"ascending\"" : "")
                    .append(" title=\"")
                    .append(better)
                    .append(" is better\">")
                    .append(Html.text(figure.label()));
            if (!column.unit().isEmpty()) {
                out.append(" <span class=\"unit\">")
                        .append(Html.text(column.unit()))
                        .append("</span>");
            }
            out.append("</th>");
        }
        out.append("</tr></thead>");
    }

    private void row(ReportRow row) {
        int index = all.indexOf(row);
        String status = row.outcome().status().name().toLowerCase(Locale.ROOT);
        out.append("<tr role=\"row\" class=\"")
                .append(status)
                .append("\" data-row=\"")
                .append(index)
                .append("\">");
        out.append("<th role=\"rowheader\" scope=\"row\" data-v=\"")
                .append(Html.text(row.label()))
                .append("\"><span class=\"who\">")
                .append(Html.swatch(index))
                .append("<span>")
                .append(Html.text(row.label()));
        String under =
                row.trained() ? Names.shortened(ResultsCsv.settings(row.settings()), MOST_SETTINGS) : "nothing trained";
        if (!under.isEmpty()) {
            out.append("<small>").append(Html.text(under)).append("</small>");
        }
        out.append(missingSeeds(row)).append("</span></span></th>");
        if (row.outcome().isOk()) {
            columns.forEach(c -> cell(c, row));
        } else {
            out.append("<td role=\"cell\" class=\"reason\" colspan=\"")
                    .append(Math.max(1, columns.size()))
                    .append("\">")
                    .append(Html.text(Prose.firstUpper(Failures.told(row.outcome()))))
                    .append("</td>");
        }
        out.append("</tr>");
    }

    private static String missingSeeds(ReportRow row) {
        long ok = row.runs().stream().filter(r -> r.outcome().isOk()).count();
        return row.outcome().isOk() && ok < row.runs().size()
                ? "<small class=\"warn\">" + ok + " of " + row.runs().size() + " seeds have a result</small>"
                : "";
    }

    private void cell(Columns.Column column, ReportRow row) {
        String kind = kind(column.figure()) + (column.leads(row) ? " leads" : "");
        out.append("<td role=\"cell\" class=\"")
                .append(kind.strip())
                .append("\" data-label=\"")
                .append(Html.text(column.heading()))
                .append('"');
        if (column.spread(row).isEmpty()) {
            out.append("><span class=\"none\" title=\"not measured\">\u2013</span></td>");
            return;
        }
        Spread spread = column.spread(row).get();
        out.append(" data-v=\"").append(spread.mean()).append("\"><span class=\"n\">");
        if (column.leads(row)) {
            out.append(
                    "<span class=\"best\" title=\"best, or not told apart from the best\">\u25cf<span class=\"out-of-sight\">best or tied: </span></span>");
        }
        out.append(Html.text(minus(column.scale().number(spread.mean())))).append("</span>");
        if (spread.count() > 1 && !column.figure().exact()) {
            out.append("<span class=\"spread\"> \u00b1\u202f")
                    .append(column.scale().deviation(spread.deviation()))
                    .append("</span>");
        }
        if (BARS.contains(column.figure()) && row.trained()) {
            double most = column.ranking().places().stream()
                    .mapToDouble(p -> p.spread().mean())
                    .max()
                    .orElse(1);
            long share = most > 0 ? Math.round(100 * spread.mean() / most) : 0;
            out.append("<span class=\"bar\" style=\"--share:").append(share).append("%\" aria-hidden=\"true\"></span>");
        }
        out.append("</td>");
    }

    private static String minus(String number) {
        return number.startsWith("-") ? "\u2212" + number.substring(1) : number;
    }

    private static String kind(Figure figure) {
        return MAIN.contains(figure) ? "" : "more";
    }
}
