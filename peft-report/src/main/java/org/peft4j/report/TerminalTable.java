package org.peft4j.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A comparison as a table for a terminal of at least 60 columns, with the summary below it. ASCII alone. */
public final class TerminalTable {
    /** In the order in which they are left out from the end where the width doesn't suffice. */
    private static final List<Figure> FIGURES = List.of(
            Figure.HELD_OUT_LOSS,
            Figure.TRAINABLE_PARAMETERS,
            Figure.PEAK_MEMORY,
            Figure.TRAINING_SECONDS,
            Figure.FIELDS_CARRIED,
            Figure.EXACT_MATCH,
            Figure.FORGETTING,
            Figure.ADAPTER_BYTES,
            Figure.ROUGE_L,
            Figure.BLEU);

    private static final Map<Figure, String> HEADS = heads();
    private static final int LEAST_LABEL = 12;
    private static final int MOST_LABEL = 30;
    private static final String BOLD = "\u001b[1m";
    private static final String DIM = "\u001b[2m";
    private static final String RED = "\u001b[31m";
    private static final String PLAIN = "\u001b[0m";

    private final ComparisonReport report;
    private final boolean colour;
    private final int width;
    private final List<ReportRow> rows;
    private final List<Columns.Column> columns = new ArrayList<>();
    private final List<Integer> widths = new ArrayList<>();
    private final int label;

    private TerminalTable(ComparisonReport report, int width, boolean colour) {
        this.report = report;
        this.width = Math.max(60, width);
        this.colour = colour;
        this.rows = Columns.sorted(report.rows());
        int wanted =
                rows.stream().mapToInt(r -> shown(r.label()).length()).max().orElse(0);
        this.label = Math.max(LEAST_LABEL, Math.min(MOST_LABEL, wanted));
        int left = this.width - label;
        for (Columns.Column column : Columns.of(rows, FIGURES)) {
            int needed = Math.max(
                    Math.max(HEADS.get(column.figure()).length(), column.unit().length()),
                    rows.stream().mapToInt(r -> cell(column, r).length()).max().orElse(0));
            if (left >= needed + 2) {
                columns.add(column);
                widths.add(needed);
                left -= needed + 2;
            }
        }
    }

    /**
     * The table and the summary.
     *
     * @param width columns of the terminal
     * @param colour whether to use the terminal's colours; nothing is said by colour alone
     */
    public static String of(ComparisonReport report, int width, boolean colour) {
        return new TerminalTable(report, width, colour).render();
    }

    private String render() {
        StringBuilder out = new StringBuilder();
        head(out);
        rows.forEach(r -> row(r, out));
        boolean leaders = columns.stream().anyMatch(c -> rows.stream().anyMatch(c::leads));
        out.append(style(DIM, "-".repeat(tableWidth()))).append('\n');
        if (leaders) {
            wrap(
                    "* best, or not told apart from the best; mean +- spread over "
                            + Prose.count(report.seeds().size(), "seed", "seeds"),
                    "",
                    DIM,
                    out);
        }
        Summary summary = Summary.of(report);
        out.append('\n');
        wrap(summary.headline(), "", BOLD, out);
        summary.points().forEach(p -> wrap(p, "- ", "", out));
        return out.toString();
    }

    private void head(StringBuilder out) {
        StringBuilder names = new StringBuilder(pad("", label));
        StringBuilder units = new StringBuilder(pad("", label));
        for (int i = 0; i < columns.size(); i++) {
            names.append("  ").append(padLeft(HEADS.get(columns.get(i).figure()), widths.get(i)));
            units.append("  ").append(padLeft(columns.get(i).unit(), widths.get(i)));
        }
        out.append(style(BOLD, names.toString().stripTrailing())).append('\n');
        if (!units.toString().isBlank()) {
            out.append(style(DIM, units.toString().stripTrailing())).append('\n');
        }
        out.append(style(DIM, "-".repeat(tableWidth()))).append('\n');
    }

    private void row(ReportRow row, StringBuilder out) {
        String name = pad(cut(shown(row.label()), label), label);
        if (!row.outcome().isOk()) {
            String told = cut(shown(Failures.told(row.outcome())), Math.max(20, tableWidth() - label - 2));
            out.append(name).append("  ").append(style(RED, told)).append('\n');
            return;
        }
        StringBuilder line = new StringBuilder(name);
        for (int i = 0; i < columns.size(); i++) {
            String cell = padLeft(cell(columns.get(i), row), widths.get(i));
            line.append("  ").append(columns.get(i).leads(row) ? style(BOLD, cell) : cell);
        }
        out.append(line.toString().stripTrailing()).append('\n');
    }

    private static String cell(Columns.Column column, ReportRow row) {
        String cell = column.cell(row).replace("\u00b1", "+-");
        return cell.isEmpty() ? "-" : (column.leads(row) ? "*" : "") + cell;
    }

    private int tableWidth() {
        return label + widths.stream().mapToInt(w -> w + 2).sum();
    }

    private void wrap(String text, String bullet, String style, StringBuilder out) {
        String indent = " ".repeat(bullet.length());
        StringBuilder line = new StringBuilder(bullet);
        boolean empty = true;
        for (String word : Prose.glued(shown(text)).split(" ")) {
            if (!empty && line.length() + 1 + word.length() > width) {
                out.append(style(style, line.toString())).append('\n');
                line = new StringBuilder(indent);
                empty = true;
            }
            line.append(empty ? "" : " ").append(word.replace('\u00a0', ' '));
            empty = false;
        }
        out.append(style(style, line.toString())).append('\n');
    }

    private String style(String style, String text) {
        return colour && !style.isEmpty() ? style + text + PLAIN : text;
    }

    /** Control characters would move the cursor; the sign of a spread is not in every terminal's character set. */
    private static String shown(String text) {
        return text.replace("\u00b1", "+-").replaceAll("\\p{Cntrl}+", " ");
    }

    private static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, width - 3) + "...";
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static String padLeft(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }

    private static Map<Figure, String> heads() {
        Map<Figure, String> heads = new EnumMap<>(Figure.class);
        heads.put(Figure.HELD_OUT_LOSS, "held-out loss");
        heads.put(Figure.TRAINABLE_PARAMETERS, "parameters");
        heads.put(Figure.PEAK_MEMORY, "memory");
        heads.put(Figure.TRAINING_SECONDS, "training");
        heads.put(Figure.FIELDS_CARRIED, "fields");
        heads.put(Figure.EXACT_MATCH, "exact");
        heads.put(Figure.FORGETTING, "forgetting");
        heads.put(Figure.ADAPTER_BYTES, "adapter");
        heads.put(Figure.ROUGE_L, "ROUGE-L");
        heads.put(Figure.BLEU, "BLEU");
        return Collections.unmodifiableMap(heads);
    }
}
