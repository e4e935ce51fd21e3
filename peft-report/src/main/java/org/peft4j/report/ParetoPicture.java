package org.peft4j.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Quality against a cost: a mark for each row with its spread both ways, the rows that nothing beats joined by a line. */
final class ParetoPicture {
    private record Point(int row, String label, Spread cost, Spread quality, boolean front) {}

    private record Box(double left, double top, double right, double bottom) {
        boolean meets(Box other) {
            return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
        }
    }

    private final Figure quality;
    private final Figure cost;
    private final List<Point> points = new ArrayList<>();

    ParetoPicture(List<ReportRow> rows, Figure quality, Figure cost) {
        this.quality = quality;
        this.cost = cost;
        List<ReportRow> front = Pareto.front(rows, quality, cost);
        for (int i = 0; i < rows.size(); i++) {
            ReportRow row = rows.get(i);
            Optional<Spread> of = row.spread(cost);
            Optional<Spread> gives = row.spread(quality);
            if (row.trained() && of.isPresent() && gives.isPresent()) {
                points.add(new Point(i, row.label(), of.get(), gives.get(), front.contains(row)));
            }
        }
    }

    boolean isEmpty() {
        return points.isEmpty();
    }

    Figure cost() {
        return cost;
    }

    String svg(Plot.Size size) {
        double most = points.stream().mapToDouble(p -> p.cost().mean()).max().orElse(1);
        double least = points.stream().mapToDouble(p -> p.cost().mean()).min().orElse(1);
        Scale scaleX = Scale.of(cost, least, most);
        Scale scaleY = Scale.of(
                quality, points.stream().mapToDouble(p -> p.quality().mean()).toArray());
        Axis y = Axis.of(
                points.stream()
                        .mapToDouble(p -> p.quality().mean() - p.quality().deviation())
                        .min()
                        .orElse(0),
                points.stream()
                        .mapToDouble(p -> p.quality().mean() + p.quality().deviation())
                        .max()
                        .orElse(1),
                quality == Figure.HELD_OUT_LOSS ? 6 : Double.POSITIVE_INFINITY,
                size.ticksY());
        Plot plot = new Plot(size, Axis.of(least, most, 8, size.ticksX()), y);
        String down = quality.better() == Figure.Better.LOWER ? "lower is better" : "higher is better";
        plot.open(
                quality.label() + " against " + Prose.name(cost)
                        + ", a mark for each row; the numbers are in the table below",
                titled(cost, scaleX),
                titled(quality, scaleY) + ", " + down,
                scaleX.divisor(),
                scaleY.divisor());
        front(plot);
        points.forEach(p -> mark(plot, p));
        if (size.named()) {
            names(plot);
        }
        return plot.close();
    }

    private static String titled(Figure figure, Scale scale) {
        return scale.unit().isEmpty() ? figure.label() : figure.label() + " (" + scale.unit() + ")";
    }

    private void front(Plot plot) {
        StringBuilder path = new StringBuilder();
        points.stream()
                .filter(Point::front)
                .sorted((a, b) -> Double.compare(a.cost().mean(), b.cost().mean()))
                .forEach(p -> path.append(path.isEmpty() ? "M" : "L")
                        .append(Html.number(plot.x(p.cost().mean())))
                        .append(' ')
                        .append(Html.number(plot.y(p.quality().mean()))));
        plot.add("<path class=\"front\" d=\"" + path + "\"/>");
    }

    private void mark(Plot plot, Point point) {
        double x = plot.x(point.cost().mean());
        double y = plot.y(point.quality().mean());
        plot.add("<g class=\"series " + Html.colour(point.row()) + "\" data-row=\"" + point.row() + "\"><title>"
                + Html.text(point.label() + ": " + Prose.value(quality, point.quality()) + ", " + Prose.name(cost) + " "
                        + Prose.value(cost, point.cost()) + (point.front() ? "; no row beats it" : ""))
                + "</title>");
        whisker(
                plot,
                plot.x(point.cost().mean() - point.cost().deviation()),
                y,
                plot.x(point.cost().mean() + point.cost().deviation()),
                y);
        whisker(
                plot,
                x,
                plot.y(point.quality().mean() - point.quality().deviation()),
                x,
                plot.y(point.quality().mean() + point.quality().deviation()));
        plot.add(Html.mark(point.row(), x, y, 6, point.front() ? "solid" : "hollow"));
        plot.add("</g>");
    }

    private static void whisker(Plot plot, double x1, double y1, double x2, double y2) {
        if (Math.abs(x1 - x2) + Math.abs(y1 - y2) > 1) {
            plot.add("<path class=\"whisker\" d=\"M" + Html.number(x1) + " " + Html.number(y1) + "L" + Html.number(x2)
                    + " " + Html.number(y2) + "\"/>");
        }
    }

    /** Each name where it meets no mark and no other name: right, left, above or below of its mark, then further off. */
    private void names(Plot plot) {
        List<Box> taken = new ArrayList<>();
        for (Point point : points) {
            double x = plot.x(point.cost().mean());
            double y = plot.y(point.quality().mean());
            taken.add(new Box(x - 7, y - 7, x + 7, y + 7));
        }
        for (Point point : points) {
            name(plot, point, taken);
        }
    }

    private void name(Plot plot, Point point, List<Box> taken) {
        double x = plot.x(point.cost().mean());
        double y = plot.y(point.quality().mean());
        String text = Names.shortened(point.label(), 28);
        double width = Names.width(text);
        double[][] places = {
            {x + 12, y}, {x - 12 - width, y}, {x - width / 2, y - 17}, {x - width / 2, y + 17}, {x + 12, y - 16},
            {x + 12, y + 16}, {x - 12 - width, y - 16}, {x - 12 - width, y + 16}, {x + 16, y - 32}, {x + 16, y + 32}
        };
        for (double[] place : places) {
            Box box = new Box(place[0], place[1] - 8, place[0] + width, place[1] + 8);
            boolean inside = box.left() > plot.size().left()
                    && box.right() < plot.size().width()
                    && box.top() > 18
                    && box.bottom() < plot.bottom();
            if (inside && taken.stream().noneMatch(box::meets)) {
                taken.add(box);
                plot.label(place[0], place[1] + 4, "start", point.front() ? "name strong" : "name", text);
                return;
            }
        }
        plot.label(x + 12, y + 4, "start", "name", text);
    }

    /** The picture's numbers as a table. */
    String table(List<ReportRow> rows) {
        StringBuilder out =
                new StringBuilder("<table class=\"plain\"><thead><tr><th scope=\"col\">Row</th><th scope=\"col\">");
        Scale scaleX =
                Scale.of(cost, points.stream().mapToDouble(p -> p.cost().mean()).toArray());
        Scale scaleY = Scale.of(
                quality, points.stream().mapToDouble(p -> p.quality().mean()).toArray());
        out.append(Html.text(titled(quality, scaleY)))
                .append("</th><th scope=\"col\">")
                .append(Html.text(titled(cost, scaleX)))
                .append("</th><th scope=\"col\">Beaten by no row</th></tr></thead><tbody>");
        for (Point point : points) {
            out.append("<tr><th scope=\"row\">")
                    .append(Html.text(rows.get(point.row()).label()))
                    .append("</th><td>")
                    .append(spread(quality, scaleY, point.quality()))
                    .append("</td><td>")
                    .append(spread(cost, scaleX, point.cost()))
                    .append("</td><td>")
                    .append(point.front() ? "yes" : "no")
                    .append("</td></tr>");
        }
        return out.append("</tbody></table>").toString();
    }

    private static String spread(Figure figure, Scale scale, Spread spread) {
        return scale.numbers(figure, spread);
    }
}
