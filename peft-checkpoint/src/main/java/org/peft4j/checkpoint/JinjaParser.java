package org.peft4j.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.peft4j.checkpoint.JinjaLexer.Segment;

/** Parses a template's statements: for, if, set, macro, break, continue and transformers' generation. */
final class JinjaParser {
    private static final int MAX_LENGTH = 1 << 20;

    private final List<Segment> segments;
    private int next;
    private int depth;

    private JinjaParser(List<Segment> segments) {
        this.segments = segments;
    }

    static JinjaNode parse(String template) {
        if (template.length() > MAX_LENGTH) {
            throw new JinjaException("it is longer than " + MAX_LENGTH + " characters");
        }
        return new JinjaParser(JinjaLexer.split(template)).body(Set.of());
    }

    /** Parses up to a statement of one of these names, which is left to be read; with none, up to the end. */
    private JinjaNode body(Set<String> ends) {
        if (++depth > 100) {
            throw new JinjaException("blocks are nested too deeply");
        }
        List<JinjaNode> nodes = new ArrayList<>();
        while (next < segments.size()) {
            Segment segment = segments.get(next);
            JinjaTokens tokens = new JinjaTokens(segment.tokens(), segment.line());
            if (segment.type() == JinjaLexer.Type.STATEMENT
                    && ends.contains(tokens.peek().text())) {
                depth--;
                return sequence(nodes);
            }
            next++;
            nodes.add(
                    switch (segment.type()) {
                        case TEXT -> (scope, out) -> out.append(segment.text());
                        case OUTPUT -> output(tokens);
                        case STATEMENT -> statement(tokens);
                    });
        }
        if (!ends.isEmpty()) {
            String wanted = ends.stream().sorted().collect(Collectors.joining(" or "));
            throw new JinjaException("the template ends where " + wanted + " is needed");
        }
        depth--;
        return sequence(nodes);
    }

    private static JinjaNode sequence(List<JinjaNode> nodes) {
        return (scope, out) -> {
            for (JinjaNode node : nodes) {
                node.render(scope, out);
            }
        };
    }

    private static JinjaNode output(JinjaTokens tokens) {
        JinjaExpression value = new JinjaExpressionParser(tokens).parseTuple();
        tokens.expectEnd();
        return (scope, out) -> {
            scope.step(out);
            out.append(JinjaValues.text(scope.made(value.value(scope))));
        };
    }

    private JinjaNode statement(JinjaTokens tokens) {
        String name = tokens.expectName();
        return switch (name) {
            case "for" -> forLoop(tokens);
            case "if" -> branch(tokens);
            case "set" -> assignment(tokens);
            case "macro" -> macro(tokens);
            case "break" ->
                (scope, out) -> {
                    throw JinjaLoop.Signal.BREAK;
                };
            case "continue" ->
                (scope, out) -> {
                    throw JinjaLoop.Signal.CONTINUE;
                };
            case "generation" -> {
                JinjaNode body = body(Set.of("endgeneration"));
                next++;
                yield body;
            }
            default -> throw tokens.error("the statement '" + name + "' isn't supported here");
        };
    }

    private JinjaTokens takeStatement() {
        Segment segment = segments.get(next++);
        JinjaTokens tokens = new JinjaTokens(segment.tokens(), segment.line());
        tokens.take();
        return tokens;
    }

    private JinjaNode forLoop(JinjaTokens tokens) {
        List<String> targets = new ArrayList<>(List.of(tokens.expectName()));
        while (tokens.acceptOperator(",")) {
            targets.add(tokens.expectName());
        }
        if (!tokens.acceptName("in")) {
            throw tokens.unexpected("'in'");
        }
        JinjaExpressionParser parser = new JinjaExpressionParser(tokens);
        JinjaExpression items = parser.parseOr();
        JinjaExpression filter = tokens.acceptName("if") ? parser.parse() : scope -> true;
        if (tokens.atName("recursive")) {
            throw tokens.error("recursive loops aren't supported");
        }
        tokens.expectEnd();
        JinjaNode body = body(Set.of("else", "endfor"));
        JinjaNode otherwise = (scope, out) -> {};
        if (segments.get(next).tokens().get(0).text().equals("else")) {
            next++;
            otherwise = body(Set.of("endfor"));
        }
        next++;
        return new JinjaLoop(targets, items, filter, body, otherwise);
    }

    private JinjaNode branch(JinjaTokens first) {
        List<JinjaExpression> conditions = new ArrayList<>();
        List<JinjaNode> bodies = new ArrayList<>();
        JinjaTokens tokens = first;
        while (true) {
            conditions.add(new JinjaExpressionParser(tokens).parseTuple());
            tokens.expectEnd();
            bodies.add(body(Set.of("elif", "else", "endif")));
            String end = segments.get(next).tokens().get(0).text();
            tokens = takeStatement();
            if (end.equals("else")) {
                conditions.add(scope -> true);
                bodies.add(body(Set.of("endif")));
                next++;
            }
            if (!end.equals("elif")) {
                return (scope, out) -> {
                    for (int i = 0; i < conditions.size(); i++) {
                        if (JinjaValues.truth(conditions.get(i).value(scope))) {
                            bodies.get(i).render(scope, out);
                            return;
                        }
                    }
                };
            }
        }
    }

    private JinjaNode assignment(JinjaTokens tokens) {
        List<JinjaTarget> targets = new ArrayList<>();
        do {
            String name = tokens.expectName();
            targets.add(
                    tokens.acceptOperator(".")
                            ? JinjaTarget.attribute(name, tokens.expectName())
                            : (scope, value) -> scope.set(name, value));
        } while (tokens.acceptOperator(","));
        JinjaTarget target = targets.size() == 1 ? targets.get(0) : JinjaTarget.unpacking(targets);
        if (tokens.acceptOperator("=")) {
            JinjaExpression value = new JinjaExpressionParser(tokens).parseTuple();
            tokens.expectEnd();
            return (scope, out) -> target.assign(scope, value.value(scope));
        }
        tokens.expectEnd();
        JinjaNode body = body(Set.of("endset"));
        next++;
        return (scope, out) -> {
            StringBuilder text = new StringBuilder();
            body.render(scope.child(), text);
            target.assign(scope, scope.made(text.toString()));
        };
    }

    private JinjaNode macro(JinjaTokens tokens) {
        String name = tokens.expectName();
        tokens.expectOperator("(");
        Map<String, JinjaExpression> parameters = new LinkedHashMap<>();
        while (!tokens.acceptOperator(")")) {
            String parameter = tokens.expectName();
            parameters.put(
                    parameter,
                    tokens.acceptOperator("=")
                            ? new JinjaExpressionParser(tokens).parse()
                            : scope -> new JinjaScope.Undefined(parameter));
            if (!tokens.atOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        JinjaNode body = body(Set.of("endmacro"));
        next++;
        return (scope, out) -> scope.set(name, (JinjaScope.Callable) (arguments, named) -> {
            JinjaScope inner = scope.child();
            int index = 0;
            for (Map.Entry<String, JinjaExpression> parameter : parameters.entrySet()) {
                Object value = index < arguments.size() ? arguments.get(index) : named.get(parameter.getKey());
                boolean given = index++ < arguments.size() || named.containsKey(parameter.getKey());
                inner.set(
                        parameter.getKey(), given ? value : parameter.getValue().value(inner));
            }
            StringBuilder text = new StringBuilder();
            scope.budget().enter();
            body.render(inner, text);
            scope.budget().leave();
            return text.toString();
        });
    }
}
