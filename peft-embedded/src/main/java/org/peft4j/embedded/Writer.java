package org.peft4j.embedded;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.peft4j.embedded.Grammar.Choice;
import org.peft4j.embedded.Grammar.Directive;
import org.peft4j.embedded.Grammar.Piece;
import org.peft4j.embedded.Grammar.Range;
import org.peft4j.embedded.Grammar.Reference;
import org.peft4j.embedded.Grammar.Remember;
import org.peft4j.embedded.Grammar.Text;

/** Writes one document by a {@link Grammar}: it holds what the document has named so far. */
final class Writer {
    private final Grammar grammar;
    private final SplittableRandom random;
    private final Map<String, String> remembered = new HashMap<>();
    private final Map<String, String> labels = new HashMap<>();
    private List<String> picked = List.of();

    Writer(Grammar grammar, SplittableRandom random) {
        this.grammar = grammar;
        this.random = random;
    }

    /** Remembers a value, as {@code {name:...}} in a rule does. */
    Writer with(String name, String value) {
        remembered.put(name, value);
        return this;
    }

    /** Expands a symbol to finished text: articles chosen, no blanks at the ends. */
    String write(String symbol) {
        return articles(expand(symbol)).strip();
    }

    private String expand(String symbol) {
        StringBuilder out = new StringBuilder();
        rule(symbol, out);
        return out.toString();
    }

    private void rule(String symbol, StringBuilder out) {
        List<List<Piece>> alternatives = grammar.alternatives(symbol);
        pieces(alternatives.get(random.nextInt(alternatives.size())), out);
    }

    private void pieces(List<Piece> pieces, StringBuilder out) {
        for (Piece piece : pieces) {
            piece(piece, out);
        }
    }

    private void piece(Piece piece, StringBuilder out) {
        if (piece instanceof Text text) {
            out.append(text.text());
        } else if (piece instanceof Reference reference) {
            reference(reference, out);
        } else if (piece instanceof Range range) {
            out.append(random.nextInt(range.low(), range.high() + 1));
        } else if (piece instanceof Choice choice) {
            pieces(choice.options().get(random.nextInt(choice.options().size())), out);
        } else if (piece instanceof Remember remember) {
            remember(remember, out);
        } else if (piece instanceof Directive directive) {
            direct(directive, out);
        }
    }

    private void reference(Reference reference, StringBuilder out) {
        int start = out.length();
        String known = remembered.get(reference.name());
        if (known != null) {
            out.append(known);
        } else {
            rule(reference.name(), out);
        }
        if (reference.capital() && out.length() > start) {
            out.setCharAt(start, Character.toUpperCase(out.charAt(start)));
        }
    }

    private void remember(Remember remember, StringBuilder out) {
        StringBuilder value = new StringBuilder();
        for (Piece piece : remember.source()) {
            // A rule wins over a remembered name here, or {thing:thing} could never draw a second thing.
            if (piece instanceof Reference reference && !reference.capital() && grammar.has(reference.name())) {
                rule(reference.name(), value);
            } else {
                piece(piece, value);
            }
        }
        remembered.put(remember.name(), value.toString());
        if (!remember.silent()) {
            out.append(value);
        }
    }

    private void direct(Directive directive, StringBuilder out) {
        switch (directive.name()) {
            case "pick" -> pick(directive.argument().split(","));
            case "notesof" -> notes(directive.argument(), out);
            case "take" -> {
                picked = new ArrayList<>(List.of(directive.argument().split(",")));
                shuffle(picked);
            }
            case "tell" -> tell(out);
            case "ask" -> ask(out);
            default -> throw new IllegalStateException("no directive " + directive.name());
        }
    }

    private void pick(String[] names) {
        List<String> all = new ArrayList<>(List.of(names));
        shuffle(all);
        picked = all.subList(0, random.nextInt(2, Math.min(all.size(), 6) + 1));
    }

    private void notes(String subject, StringBuilder out) {
        NoteStyle style = NoteStyle.draw(random);
        List<String> items = new ArrayList<>();
        List<String> names = new ArrayList<>(picked);
        // Mostly the subject comes first, but where it stands must be read off its label, not its place.
        names.add(random.nextInt(4) == 0 ? random.nextInt(names.size() + 1) : 0, subject);
        for (String name : names) {
            String label = grammar.has("label_" + name) ? expand("label_" + name) : name;
            labels.put(name, label);
            items.add(style.item(label, remembered.get(name)));
        }
        out.append(style.join(items));
    }

    private void tell(StringBuilder out) {
        List<String> order = new ArrayList<>(picked);
        if (random.nextBoolean()) {
            shuffle(order);
        }
        String gap = "";
        for (String name : order) {
            out.append(gap);
            int start = out.length();
            rule("say_" + name, out);
            out.setCharAt(start, Character.toUpperCase(out.charAt(start)));
            gap = " ";
        }
    }

    /** Asks for what the notes hold by the very labels they used. */
    private void ask(StringBuilder out) {
        AskStyle style = AskStyle.draw(random);
        List<String> order = new ArrayList<>(picked);
        shuffle(order);
        List<String> answers = new ArrayList<>();
        for (String name : order) {
            answers.add(style.item(labels.get(name), remembered.get(name)));
        }
        out.append(style.join(answers));
    }

    private void shuffle(List<String> list) {
        for (int i = list.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            String moved = list.get(i);
            list.set(i, list.get(j));
            list.set(j, moved);
        }
    }

    private static String articles(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int from = 0;
        for (int at = text.indexOf("(n) "); at >= 0; at = text.indexOf("(n) ", from)) {
            out.append(text, from, at);
            from = at + 3;
            if (from + 1 < text.length() && "aeiouAEIOU".indexOf(text.charAt(from + 1)) >= 0) {
                out.append('n');
            }
        }
        return out.append(text, from, text.length()).toString();
    }
}
