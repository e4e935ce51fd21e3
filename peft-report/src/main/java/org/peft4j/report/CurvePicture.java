package org.peft4j.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;

/** Loss curves of all rows: a line for the mean over the seeds, a band for the spread, a mark at the end. */
final class CurvePicture {
    /** Which loss. */
    enum Loss {
        HELD_OUT("Held-out loss", CurvePoint::heldOutLoss, 200),
        TRAINING("Training loss", CurvePoint::trainLoss, 60);

        final String label;
        final Function<CurvePoint, OptionalDouble> of;
        final int points;

        Loss(String label, Function<CurvePoint, OptionalDouble> of, int points) {
            this.label = label;
            this.of = of;
            this.points = points;
        }
    }

    /** Over what. */
    enum Over {
        STEPS("Steps", Curves.Point::step),
        SECONDS("Training time", Curves.Point::seconds);

        final String label;
        final Function<Curves.Point, Double> of;

        Over(String label, Function<Curves.Point, Double> of) {
            this.label = label;
            this.of = of;
        }
    }

    private record Named(int row, String label, double x, double y) {}

    private final List<ReportRow> rows;
    private final Loss loss;
    private final Over over;
    private final Map<Integer, List<Curves.Point>> curves = new LinkedHashMap<>();

    CurvePicture(List<ReportRow> rows, Loss loss, Over over) {
        this.rows = rows;
        this.loss = loss;
        this.over = over;
        for (int i = 0; i < rows.size(); i++) {
            List<Curves.Point> points = Curves.of(rows.get(i), loss.of, loss.points);
            if (points.size() > 1) {
                curves.put(i, points);
            }
        }
    }

    boolean isEmpty() {
        return curves.isEmpty();
    }

    /** The rows that have a curve, by their place in the report. */
    Map<Integer, List<Curves.Point>> curves() {
        return curves;
    }

    String svg(Plot.Size size) {
        double longest = all().stream().mapToDouble(over.of::apply).max().orElse(1);
        double least = all().stream().mapToDouble(p -> p.loss().mean()).min().orElse(0);
        double most = all().stream().mapToDouble(p -> p.loss().mean()).max().orElse(1);
        Plot plot = new Plot(size, Axis.fromZero(longest, size.ticksX()), Axis.of(least, most, 6, size.ticksY()));
        Scale scale = over == Over.SECONDS ? Scale.of(Figure.TRAINING_SECONDS, longest) : new Scale("", 1, 0, false);
        plot.open(
                loss.label + " over " + Prose.firstUpper(over.label).toLowerCase(java.util.Locale.ROOT)
                        + ", a line for each row; the numbers are in the table below",
                over.label + (scale.unit().isEmpty() ? "" : " (" + scale.unit() + ")"),
                loss.label + " (nats a token)",
                scale.divisor(),
                1);
        List<Named> ends = new ArrayList<>();
        curves.forEach((row, points) -> {
            draw(plot, row, points);
            Curves.Point last = points.get(points.size() - 1);
            ends.add(new Named(
                    row,
                    rows.get(row).label(),
                    plot.x(over.of.apply(last)),
                    plot.y(last.loss().mean())));
        });
        if (size.named()) {
            names(plot, ends);
        }
        return plot.close();
    }

    private List<Curves.Point> all() {
        return curves.values().stream().flatMap(List::stream).toList();
    }

    private void draw(Plot plot, int row, List<Curves.Point> points) {
        StringBuilder line = new StringBuilder();
        StringBuilder above = new StringBuilder();
        StringBuilder below = new StringBuilder();
        for (Curves.Point point : points) {
            String x = Html.number(plot.x(over.of.apply(point)));
            double mean = point.loss().mean();
            double spread = point.loss().deviation();
            line.append(line.isEmpty() ? "M" : "L").append(x).append(' ').append(Html.number(plot.y(mean)));
            above.append(above.isEmpty() ? "M" : "L").append(x).append(' ').append(Html.number(plot.y(mean + spread)));
            below.insert(0, "L" + x + " " + Html.number(plot.y(mean - spread)));
        }
        plot.add("<g class=\"series " + Html.colour(row) + "\" data-row=\"" + row + "\"><title>"
                + Html.text(rows.get(row).label()) + "</title>");
        if (points.stream().anyMatch(p -> p.loss().deviation() > 0)) {
            plot.add("<path class=\"band\" d=\"" + above + below + "z\"/>");
        }
        plot.add("<path class=\"line dash" + row % 3 + "\" d=\"" + line + "\"/>");
        Curves.Point last = points.get(points.size() - 1);
        plot.add(Html.mark(row, plot.x(over.of.apply(last)), plot.y(last.loss().mean()), 4.5, "solid"));
        plot.add("</g>");
    }

    /** Names at the ends of the lines, moved apart where they would lie on each other. */
    private static void names(Plot plot, List<Named> ends) {
        ends.sort(Comparator.comparingDouble(Named::y));
        double gap = 17;
        double[] at = ends.stream().mapToDouble(Named::y).toArray();
        for (int i = 1; i < at.length; i++) {
            at[i] = Math.max(at[i], at[i - 1] + gap);
        }
        double below = at.length == 0 ? 0 : at[at.length - 1] - plot.bottom() + 4;
        for (int i = at.length - 1; i >= 0 && below > 0; i--) {
            double most = i == at.length - 1 ? plot.bottom() - 4 : at[i + 1] - gap;
            at[i] = Math.min(at[i], most);
        }
        for (int i = 0; i < at.length; i++) {
            Named end = ends.get(i);
            double from = plot.end() + 14;
            plot.add("<g class=\"series " + Html.colour(end.row()) + "\" data-row=\"" + end.row() + "\">");
            plot.add("<path class=\"leader\" d=\"M" + Html.number(end.x() + 6) + " " + Html.number(end.y()) + "L"
                    + Html.number(from) + " " + Html.number(at[i]) + "\"/>");
            plot.add(Html.mark(end.row(), from + 6, at[i], 4.2, "solid"));
            plot.label(from + 16, at[i] + 4, "start", "name", Names.shortened(end.label(), 24));
            plot.add("</g>");
        }
    }
}
