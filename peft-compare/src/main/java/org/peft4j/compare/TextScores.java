package org.peft4j.compare;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.peft4j.report.Figure;

/** Compares generated texts with references. */
final class TextScores {
    private final Bleu bleu = new Bleu();
    private int texts;
    private int exact;
    private double rouge;
    private int withFields;
    private int complete;

    /**
     * Adds a text.
     *
     * @param references what it may be like, at least one
     * @param fields what it has to carry; empty where nothing is known of it
     */
    void add(String text, List<String> references, List<Object> fields) {
        texts++;
        exact += references.contains(text) ? 1 : 0;
        bleu.add(text, references);
        rouge += RougeL.of(text, references);
        if (!fields.isEmpty()) {
            withFields++;
            complete += fields.stream().allMatch(f -> text.contains(String.valueOf(f))) ? 1 : 0;
        }
    }

    Map<Figure, Double> figures() {
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.put(Figure.EXACT_MATCH, (double) exact / texts);
        figures.put(Figure.BLEU, bleu.score());
        figures.put(Figure.ROUGE_L, rouge / texts);
        if (withFields > 0) {
            figures.put(Figure.FIELDS_CARRIED, (double) complete / withFields);
        }
        return figures;
    }
}
