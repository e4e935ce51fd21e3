package org.peft4j.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;

/**
 * {@code report.html}: one page that needs no other file and no network. Tables, pictures and their switches work without
 * JavaScript; the page's small script sorts, highlights and switches the theme. A content security policy forbids
 * every other script and every request.
 */
public final class HtmlReport {
    private final ComparisonReport report;
    private final StringBuilder out = new StringBuilder();

    private HtmlReport(ComparisonReport report) {
        this.report = report;
    }

    /** The page; the same report gives the same page. */
    public static String of(ComparisonReport report) {
        HtmlReport html = new HtmlReport(report);
        html.page();
        return html.out.toString();
    }

    private void page() {
        String script = resource("report.js");
        out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        out.append(
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-")
                .append(sha256(script))
                .append("'; base-uri 'none'; form-action 'none'\">\n");
        out.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        out.append(
                "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
        out.append("<link rel=\"icon\" href=\"data:,\">\n");
        out.append("<title>")
                .append(Html.text(report.title()))
                .append("</title>\n<style>\n")
                .append(css());
        out.append("</style>\n</head>\n<body>\n<main>\n");
        header();
        section(
                "figures-of-all",
                "Figures",
                "",
                new FigureTable(report).html() + "<p class=\"note\">" + Html.text(Summary.RULE)
                        + " A dot marks the best and those not told apart from it. Bars compare the trained rows.</p>");
        pictures();
        ReportSections sections = new ReportSections(report);
        section(
                "generations",
                "Generations",
                "Words that differ from the reference are underlined. Equal answers are shown once.",
                sections.generations());
        section("settings", "Settings", "", sections.settings());
        section(
                "plan",
                "Plan and measurement",
                "What was expected of a run before the first one started, beside what was measured.",
                sections.estimates());
        section("origin", "Where these figures come from", "", sections.origins());
        out.append("</main>\n<script>").append(script).append("</script>\n</body>\n</html>\n");
    }

    private void header() {
        Summary summary = Summary.of(report);
        out.append("<header><div class=\"over\"><span>peft4j \u00b7 comparison</span>")
                .append("<button type=\"button\" id=\"theme\" hidden>Dark</button></div>");
        out.append("<h1>")
                .append(Html.text(report.title()))
                .append("</h1>\n<p class=\"setup\">")
                .append(Html.text(setup()))
                .append("</p>");
        out.append("</header>\n<section class=\"summary\" aria-label=\"Summary\"><p class=\"headline\">")
                .append(Html.text(Prose.glued(summary.headline())))
                .append("</p>");
        out.append(new Tiles(report.rows()).html());
        if (!summary.points().isEmpty()) {
            out.append("<ul>");
            summary.points()
                    .forEach(p ->
                            out.append("<li>").append(Html.text(Prose.glued(p))).append("</li>"));
            out.append("</ul>");
        }
        out.append("</section>\n");
    }

    private String setup() {
        int sequences = report.budget().batchSize();
        return String.format(
                Locale.ROOT,
                "%s on %s (%s, %,d parameters), each trained for %,d steps%s on %s with %s",
                Prose.count(report.rows().size(), "row", "rows"),
                report.base().name(),
                report.base().architecture(),
                report.base().parameters(),
                report.budget().steps(),
                sequences > 0 ? " of " + sequences + " sequences" : "",
                report.data().train(),
                Prose.count(report.seeds().size(), "seed", "seeds"));
    }

    private void pictures() {
        PictureGroups groups = new PictureGroups(report.rows());
        section(
                "pareto",
                "Quality against cost",
                "A filled mark on the line: no other row is better in one of the two without being worse in the other, by more than the spread.",
                groups.pareto());
        section("curves", "Loss curves", "Mean over the seeds; the band is the spread.", groups.curves());
    }

    private void section(String id, String title, String lead, String html) {
        if (html.isEmpty()) {
            return;
        }
        out.append("<section aria-labelledby=\"")
                .append(id)
                .append("\"><h2 id=\"")
                .append(id)
                .append("\">")
                .append(title)
                .append("</h2>");
        if (!lead.isEmpty()) {
            out.append("<p class=\"lead\">").append(lead).append("</p>");
        }
        out.append(html).append("</section>\n");
    }

    /** The dark colours stand once in a file of their own: they apply by the system's wish or by the page's button. */
    private static String css() {
        String dark = resource("dark.css");
        StringBuilder switches = new StringBuilder();
        for (String id : new String[] {"p", "c"}) {
            for (int a = 0; a < 2; a++) {
                for (int b = 0; b < 3; b++) {
                    switches.append(String.format(
                            Locale.ROOT,
                            ".switch:has(#%1$sa%2$d:checked):has(#%1$sb%3$d:checked) > .%1$sa%2$d%1$sb%3$d { display: block; }\n",
                            id,
                            a,
                            b));
                }
            }
        }
        return resource("report.css")
                .replace(
                        "/*DARK*/",
                        "@media (prefers-color-scheme: dark) {\n:root:not([data-theme=\"light\"]) {\n" + dark
                                + "}\n}\n:root[data-theme=\"dark\"] {\n" + dark + "}")
                .replace("/*SWITCHES*/", switches);
    }

    private static String resource(String name) {
        try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("the page's parts are in the module itself", e);
        }
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
