package org.peft4j.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The page's pictures with their switches, which are radio buttons and work without a script, and their tables. */
final class PictureGroups {
    private static final List<Figure> TASKS =
            List.of(Figure.FIELDS_CARRIED, Figure.EXACT_MATCH, Figure.ROUGE_L, Figure.BLEU);

    private static final int TABLE_POINTS = 8;

    private final List<ReportRow> rows;

    PictureGroups(List<ReportRow> rows) {
        this.rows = rows;
    }

    /** Quality, where there are several, against each cost. */
    String pareto() {
        List<Figure> costs = Summary.COSTS.stream().filter(this::told).toList();
        List<Figure> qualities = new ArrayList<>(List.of(Figure.HELD_OUT_LOSS));
        TASKS.stream().filter(this::told).findFirst().ifPresent(qualities::add);
        List<String> panels = new ArrayList<>();
        for (Figure quality : qualities) {
            for (Figure cost : costs) {
                ParetoPicture picture = new ParetoPicture(rows, quality, cost);
                panels.add(
                        picture.isEmpty()
                                ? ""
                                : figure(
                                        picture.svg(Plot.Size.SCATTER),
                                        picture.svg(Plot.Size.NARROW),
                                        legend(),
                                        picture.table(rows)));
            }
        }
        return panels.stream().allMatch(String::isEmpty)
                ? ""
                : switched("p", "Quality", labels(qualities), "Against", labels(costs), panels) + untouched();
    }

    private boolean told(Figure figure) {
        return rows.stream().anyMatch(r -> r.trained() && r.spread(figure).isPresent());
    }

    private static List<String> labels(List<Figure> figures) {
        return figures.stream().map(Figure::label).toList();
    }

    private String untouched() {
        return rows.stream()
                .filter(r -> !r.trained() && r.spread(Figure.HELD_OUT_LOSS).isPresent())
                .findFirst()
                .map(r -> "<p class=\"note\">"
                        + Html.text(r.label() + " is not in the picture: nothing was trained, held-out loss "
                                + Prose.value(
                                        Figure.HELD_OUT_LOSS,
                                        r.spread(Figure.HELD_OUT_LOSS).orElseThrow()) + ".")
                        + "</p>")
                .orElse("");
    }

    /** Held-out and training loss over steps and over time. */
    String curves() {
        List<CurvePicture.Loss> losses = List.of(CurvePicture.Loss.values()).stream()
                .filter(l -> !new CurvePicture(rows, l, CurvePicture.Over.STEPS).isEmpty())
                .toList();
        List<String> panels = new ArrayList<>();
        for (CurvePicture.Loss loss : losses) {
            for (CurvePicture.Over over : CurvePicture.Over.values()) {
                CurvePicture picture = new CurvePicture(rows, loss, over);
                panels.add(
                        figure(picture.svg(Plot.Size.WIDE), picture.svg(Plot.Size.NARROW), legend(), table(picture)));
            }
        }
        return panels.isEmpty()
                ? ""
                : switched(
                        "c",
                        "Loss",
                        losses.stream().map(l -> l.label).toList(),
                        "Over",
                        List.of(CurvePicture.Over.values()).stream()
                                .map(o -> o.label)
                                .toList(),
                        panels);
    }

    private String table(CurvePicture picture) {
        StringBuilder out = new StringBuilder(
                        "<table class=\"plain\"><thead><tr><th scope=\"col\">Row</th><th scope=\"col\" colspan=\"")
                .append(TABLE_POINTS)
                .append("\">Step and loss (mean, nats a token)</th></tr></thead><tbody>");
        picture.curves().forEach((row, points) -> {
            out.append("<tr><th scope=\"row\">")
                    .append(Html.text(rows.get(row).label()))
                    .append("</th>");
            int shown = Math.min(TABLE_POINTS, points.size());
            IntStream.range(0, shown)
                    .map(i -> shown == 1 ? 0 : i * (points.size() - 1) / (shown - 1))
                    .mapToObj(points::get)
                    .forEach(p -> out.append("<td><small>")
                            .append(Axis.label(Math.round(p.step())))
                            .append("</small> ")
                            .append(Prose.value(Figure.HELD_OUT_LOSS, p.loss().mean()))
                            .append("</td>"));
            out.append("</tr>");
        });
        return out.append("</tbody></table>").toString();
    }

    private String legend() {
        StringBuilder out = new StringBuilder("<ul class=\"legend\">");
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).outcome().isOk()) {
                out.append("<li data-row=\"")
                        .append(i)
                        .append("\">")
                        .append(Html.swatch(i))
                        .append(Html.text(rows.get(i).label()))
                        .append("</li>");
            }
        }
        return out.append("</ul>").toString();
    }

    private static String figure(String wide, String narrow, String legend, String table) {
        return "<figure>" + wide + narrow + legend
                + "</figure><details><summary>The picture's numbers as a table</summary>"
                + "<div class=\"scroll\" role=\"region\" aria-label=\"The picture's numbers\" tabindex=\"0\">" + table
                + "</div></details>";
    }

    private static String switched(
            String id, String nameOne, List<String> one, String nameTwo, List<String> two, List<String> panels) {
        StringBuilder out = new StringBuilder("<div class=\"switch\">");
        out.append("<div class=\"choices\">")
                .append(radios(id + "a", nameOne, one))
                .append(radios(id + "b", nameTwo, two))
                .append("</div>");
        for (int i = 0; i < panels.size(); i++) {
            out.append("<div class=\"panel ")
                    .append(id)
                    .append("a")
                    .append(i / two.size())
                    .append(id)
                    .append("b")
                    .append(i % two.size())
                    .append("\">")
                    .append(panels.get(i))
                    .append("</div>");
        }
        return out.append("</div>").toString();
    }

    private static String radios(String name, String title, List<String> labels) {
        StringBuilder out = new StringBuilder("<fieldset")
                .append(labels.size() > 1 ? "" : " hidden")
                .append("><legend>")
                .append(title)
                .append("</legend>");
        for (int i = 0; i < labels.size(); i++) {
            out.append("<label><input type=\"radio\" name=\"")
                    .append(name)
                    .append("\" id=\"")
                    .append(name)
                    .append(i)
                    .append('"')
                    .append(i == 0 ? " checked" : "")
                    .append("><span>")
                    .append(Html.text(labels.get(i)))
                    .append("</span></label>");
        }
        return out.append("</fieldset>").toString();
    }
}
