package org.peft4j.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** A table of measurements that grow in one way, with the column that tells whether cost grows alike. */
final class SpeedCurve {
    private final Consumer<String> out;
    private final boolean overLayers;
    private int first;
    private double firstSeconds;
    private double firstTokens;

    SpeedCurve(Consumer<String> out, boolean overLayers) {
        this.out = out;
        this.overLayers = overLayers;
    }

    /**
     * Prints a line.
     *
     * @param at layers, or the length of a sequence
     * @param results of all so far, this one last
     */
    void add(int at, SpeedFigures figures, List<Map<String, Object>> results) {
        if (results.size() == 1) {
            out.accept(
                    overLayers
                            ? "| layers | s/step | tokens/s | ms for each layer more | share of peak | peak MB |"
                            : "| length | s/step | tokens/s | per token, against the first | share of peak | peak MB |");
            out.accept("|---:|---:|---:|---:|---:|---:|");
            first = at;
            firstSeconds = figures.seconds();
            firstTokens = figures.tokens();
        }
        Map<String, Object> facts = results.get(results.size() - 1);
        out.accept(String.format(
                Locale.ROOT,
                "| %d | %.4f | %,.0f | %s | %s | %s |",
                at,
                figures.seconds(),
                figures.tokensPerSecond(),
                overLayers ? layer(at, figures) : token(figures),
                facts.get("share_of_peak") instanceof Double share ? String.format(Locale.ROOT, "%.2f", share) : "",
                facts.get("peak_rss_mb")));
    }

    private String token(SpeedFigures figures) {
        return String.format(Locale.ROOT, "%.2f", figures.seconds() / figures.tokens() / (firstSeconds / firstTokens));
    }

    private String layer(int at, SpeedFigures figures) {
        return at == first
                ? ""
                : String.format(Locale.ROOT, "%.2f", 1000 * (figures.seconds() - firstSeconds) / (at - first));
    }
}
