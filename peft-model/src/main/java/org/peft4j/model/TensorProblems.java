package org.peft4j.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tensors that don't fit, all of them: those that differ in the layer alone share a line. */
final class TensorProblems {
    private static final Pattern LAYER = Pattern.compile("\\.(\\d{1,6})\\.");

    /** The layers of each line, by its text in front of and behind the layer's number. */
    private final Map<List<String>, TreeSet<Integer>> lines = new LinkedHashMap<>();

    void add(String problem, String key, String about) {
        Matcher layer = LAYER.matcher(key);
        boolean found = layer.find();
        String front = problem + ": " + (found ? key.substring(0, layer.start(1)) : key);
        String behind = (found ? key.substring(layer.end(1)) : "") + " " + about;
        TreeSet<Integer> layers = lines.computeIfAbsent(List.of(front, behind), k -> new TreeSet<>());
        if (found) {
            layers.add(Integer.parseInt(layer.group(1)));
        }
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    /** A line each: {@code missing: model.layers.{0-3, 7}.q_proj.weight [8, 8]}. */
    @Override
    public String toString() {
        StringBuilder all = new StringBuilder();
        lines.forEach((text, layers) -> all.append("\n- ")
                .append(text.get(0))
                .append(layers.size() < 2 ? single(layers) : ranges(layers))
                .append(text.get(1)));
        return all.toString();
    }

    private static String single(TreeSet<Integer> layers) {
        return layers.isEmpty() ? "" : String.valueOf(layers.first());
    }

    private static String ranges(TreeSet<Integer> layers) {
        StringJoiner ranges = new StringJoiner(", ", "{", "}");
        Integer first = null;
        Integer last = null;
        for (Integer layer : layers) {
            if (last != null && layer != last + 1) {
                ranges.add(range(first, last));
                first = layer;
            }
            first = first == null ? layer : first;
            last = layer;
        }
        return ranges.add(range(first, last)).toString();
    }

    private static String range(int first, int last) {
        return first == last ? String.valueOf(first) : first + "-" + last;
    }
}
