package org.peft4j.api;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Which modules a method works on, in the manner of HuggingFace peft: a list of path endings, one regular expression that must
 * match a whole path, or all linear layers but the output head.
 *
 * @param suffixes path endings: {@code q_proj} matches {@code model.layers.0.self_attn.q_proj}; empty with an expression
 * @param expression a regular expression, {@code all-linear}, or empty
 */
public record Targets(List<String> suffixes, String expression) implements Predicate<Site> {
    /** The expression that stands for every linear layer but the output head. */
    public static final String ALL_LINEAR = "all-linear";

    /** Checks the expression. */
    public Targets {
        suffixes = List.copyOf(suffixes);
        if (!suffixes.isEmpty() && !expression.isEmpty()) {
            throw new IllegalArgumentException("give a list of modules or one expression, not both");
        }
        try {
            Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "'" + expression + "' is not a regular expression: " + e.getDescription(), e);
        } catch (StackOverflowError e) {
            throw new IllegalArgumentException("the expression is nested too deeply", e);
        }
    }

    /** Modules by the endings of their paths. */
    public static Targets of(List<String> suffixes) {
        return new Targets(suffixes, "");
    }

    /** Modules by the endings of their paths. */
    public static Targets of(String... suffixes) {
        return of(List.of(suffixes));
    }

    /** Every linear layer but the output head. */
    public static Targets allLinear() {
        return new Targets(List.of(), ALL_LINEAR);
    }

    /** No module. */
    public static Targets none() {
        return new Targets(List.of(), "");
    }

    /** What {@link #toString} gives: {@code [a, b]} is a list of endings, anything else an expression. */
    public static Targets parse(String text) {
        String trimmed = text.trim();
        if (!trimmed.startsWith("[") || !trimmed.endsWith("]") || trimmed.length() < 2) {
            return new Targets(List.of(), trimmed);
        }
        String inner = trimmed.substring(1, trimmed.length() - 1);
        return inner.isBlank() ? none() : of(List.of(inner.trim().split("\\s*,\\s*")));
    }

    /** Whether this names no module at all. */
    public boolean isEmpty() {
        return suffixes.isEmpty() && expression.isEmpty();
    }

    @Override
    public boolean test(Site site) {
        if (expression.equals(ALL_LINEAR)) {
            return site.role().kind() == Role.Kind.LINEAR && !site.is(Role.LM_HEAD);
        }
        return matches(site.path());
    }

    /** Whether a module's path is meant; {@code all-linear} cannot tell from a path alone and says no. */
    public boolean matches(String path) {
        if (!expression.isEmpty()) {
            return BoundedText.matches(expression, path);
        }
        return suffixes.stream().anyMatch(s -> path.equals(s) || path.endsWith("." + s));
    }

    @Override
    public String toString() {
        return expression.isEmpty() ? suffixes.toString() : expression;
    }
}
