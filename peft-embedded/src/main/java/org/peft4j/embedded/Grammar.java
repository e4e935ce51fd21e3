package org.peft4j.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rules that write English: a symbol has alternatives, an alternative is text with references to other symbols and to
 * what the same document has already named. The notation is explained at the top of {@code grammar/lexicon.txt}.
 */
final class Grammar {
    private final Map<String, List<List<Piece>>> rules = new HashMap<>();

    /** Reads the named files of the {@code grammar} resource folder into one set of rules. */
    static Grammar of(String... names) {
        Grammar grammar = new Grammar();
        for (String name : names) {
            grammar.read(name);
        }
        return grammar;
    }

    boolean has(String symbol) {
        return rules.containsKey(symbol);
    }

    List<List<Piece>> alternatives(String symbol) {
        List<List<Piece>> found = rules.get(symbol);
        if (found == null) {
            throw new IllegalStateException("the grammar has no rule " + symbol);
        }
        return found;
    }

    private void read(String name) {
        try (InputStream in = Grammar.class.getResourceAsStream("grammar/" + name);
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            List<List<Piece>> current = null;
            boolean words = false;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith("@") || line.startsWith("%")) {
                    words = line.startsWith("%");
                    current = new ArrayList<>();
                    if (rules.put(line.substring(1).strip(), current) != null) {
                        throw new IllegalStateException(name + " defines " + line.substring(1) + " again");
                    }
                } else if (line.isEmpty() || current == null) {
                    current = null;
                } else if (words) {
                    addWords(line, current);
                } else {
                    current.add(new Parser(line).pieces(""));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("reading the grammar " + name, e);
        }
    }

    private static void addWords(String line, List<List<Piece>> target) {
        for (String word : line.split(",")) {
            if (!word.isBlank()) {
                target.add(List.of(new Text(word.strip())));
            }
        }
    }

    /** A part of an alternative. */
    sealed interface Piece permits Text, Reference, Range, Remember, Choice, Directive {}

    /** Literal characters. */
    record Text(String text) implements Piece {}

    /** A remembered name or a symbol; {@code capital} raises its first letter. */
    record Reference(String name, boolean capital) implements Piece {}

    /** A whole number, both ends included. */
    record Range(int low, int high) implements Piece {}

    /** Expands {@code source}, remembers it as {@code name} and, unless {@code silent}, writes it. */
    record Remember(String name, List<Piece> source, boolean silent) implements Piece {}

    /** One of several, equally likely. */
    record Choice(List<List<Piece>> options) implements Piece {}

    /** Something that code does: {@code pick}, {@code take}, {@code notesof}, {@code tell}, {@code ask}. */
    record Directive(String name, String argument) implements Piece {}

    /** Reads one alternative. */
    private static final class Parser {
        private final String line;
        private int at;

        Parser(String line) {
            this.line = line.replace("\\n", "\n");
        }

        List<Piece> pieces(String stops) {
            List<Piece> result = new ArrayList<>();
            StringBuilder text = new StringBuilder();
            while (at < line.length() && stops.indexOf(line.charAt(at)) < 0) {
                char c = line.charAt(at++);
                if (c != '{' && c != '<') {
                    text.append(c);
                    continue;
                }
                if (!text.isEmpty()) {
                    result.add(new Text(text.toString()));
                    text.setLength(0);
                }
                result.add(c == '{' ? brace() : choice());
            }
            if (!text.isEmpty()) {
                result.add(new Text(text.toString()));
            }
            return List.copyOf(result);
        }

        private Piece choice() {
            List<List<Piece>> options = new ArrayList<>();
            do {
                options.add(pieces("|>"));
            } while (line.charAt(at++) == '|');
            return new Choice(List.copyOf(options));
        }

        private Piece brace() {
            int close = closing();
            String inside = line.substring(at, close);
            at = close + 1;
            int split = firstOf(inside, "=:");
            if (split < 0) {
                return inside.equals("tell") || inside.equals("ask") ? new Directive(inside, "") : source(inside);
            }
            String name = inside.substring(0, split);
            String value = inside.substring(split + 1);
            if (name.equals("pick") || name.equals("take") || name.equals("notesof")) {
                return new Directive(name, value);
            }
            List<Piece> source = value.startsWith("'")
                    ? new Parser(value.substring(1, value.length() - 1)).pieces("")
                    : List.of(source(value));
            return new Remember(name, source, inside.charAt(split) == ':');
        }

        private int closing() {
            int depth = 1;
            int i = at;
            while (depth > 0) {
                char c = line.charAt(i++);
                depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            }
            return i - 1;
        }

        private static int firstOf(String text, String wanted) {
            for (int i = 0; i < text.length(); i++) {
                if (wanted.indexOf(text.charAt(i)) >= 0) {
                    return i;
                }
            }
            return -1;
        }

        private static Piece source(String name) {
            if (Character.isDigit(name.charAt(0))) {
                int dash = name.indexOf('-');
                return new Range(Integer.parseInt(name, 0, dash, 10), Integer.parseInt(name.substring(dash + 1)));
            }
            return name.startsWith("^") ? new Reference(name.substring(1), true) : new Reference(name, false);
        }
    }
}
