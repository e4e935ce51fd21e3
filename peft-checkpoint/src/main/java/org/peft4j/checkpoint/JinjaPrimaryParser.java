package org.peft4j.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.peft4j.checkpoint.JinjaLexer.Kind;
import org.peft4j.checkpoint.JinjaLexer.Token;

/** The operands of expressions: constants, names, lists, maps, and what follows them (attributes, calls, filters, tests). */
final class JinjaPrimaryParser {
    private final JinjaTokens tokens;
    private final JinjaExpressionParser expressions;

    JinjaPrimaryParser(JinjaTokens tokens, JinjaExpressionParser expressions) {
        this.tokens = tokens;
        this.expressions = expressions;
    }

    /** Arguments of a call, a filter or a test. */
    private record Arguments(List<JinjaExpression> positional, Map<String, JinjaExpression> named) {
        static final Arguments NONE = new Arguments(List.of(), Map.of());

        List<Object> values(JinjaScope scope) {
            List<Object> values = new ArrayList<>();
            positional.forEach(argument -> values.add(argument.value(scope)));
            return values;
        }

        Map<String, Object> namedValues(JinjaScope scope) {
            Map<String, Object> values = new LinkedHashMap<>();
            named.forEach((name, argument) -> values.put(name, argument.value(scope)));
            return values;
        }
    }

    JinjaExpression parsePrimary() {
        Token token = tokens.take();
        return switch (token.kind()) {
            case STRING -> parseString(token);
            case NUMBER -> constant(JinjaArithmetic.number(token.text()));
            case NAME -> name(token.text());
            case OPERATOR ->
                switch (token.text()) {
                    case "(" -> parseParenthesis();
                    case "[" -> JinjaExpressionParser.list(parseList("]"));
                    case "{" -> parseMap();
                    default -> throw tokens.error("unexpected '" + token.text() + "'");
                };
            case END -> throw tokens.error("an expression is missing");
        };
    }

    private JinjaExpression parseString(Token first) {
        StringBuilder text = new StringBuilder(first.text());
        while (tokens.peek().kind() == Kind.STRING) {
            text.append(tokens.take().text());
        }
        return constant(text.toString());
    }

    private static JinjaExpression name(String name) {
        return switch (name) {
            case "true", "True" -> constant(true);
            case "false", "False" -> constant(false);
            case "none", "None" -> constant(null);
            default -> scope -> scope.get(name);
        };
    }

    private static JinjaExpression constant(Object value) {
        return scope -> value;
    }

    private JinjaExpression parseParenthesis() {
        if (tokens.acceptOperator(")")) {
            return JinjaExpressionParser.list(List.of());
        }
        JinjaExpression inner = expressions.parseTuple();
        tokens.expectOperator(")");
        return inner;
    }

    private List<JinjaExpression> parseList(String close) {
        List<JinjaExpression> parts = new ArrayList<>();
        while (!tokens.acceptOperator(close)) {
            if (!parts.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.acceptOperator(close)) {
                    break;
                }
            }
            parts.add(expressions.parse());
        }
        return parts;
    }

    private JinjaExpression parseMap() {
        Map<JinjaExpression, JinjaExpression> entries = new LinkedHashMap<>();
        while (!tokens.acceptOperator("}")) {
            if (!entries.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.acceptOperator("}")) {
                    break;
                }
            }
            JinjaExpression key = expressions.parse();
            tokens.expectOperator(":");
            entries.put(key, expressions.parse());
        }
        return scope -> {
            Map<Object, Object> map = new LinkedHashMap<>();
            entries.forEach((key, value) -> map.put(JinjaValues.key(key.value(scope)), value.value(scope)));
            return scope.made(map);
        };
    }

    JinjaExpression parsePostfix(JinjaExpression start) {
        JinjaExpression value = start;
        while (true) {
            JinjaExpression object = value;
            if (tokens.acceptOperator(".")) {
                String name =
                        tokens.peek().kind() == Kind.NUMBER ? tokens.take().text() : tokens.expectName();
                value = expressions.linked(scope -> {
                    Object holder = object.value(scope);
                    scope.budget().read(holder);
                    return JinjaAttributes.attribute(holder, name);
                });
            } else if (tokens.acceptOperator("[")) {
                value = expressions.linked(parseSubscript(object));
            } else if (tokens.acceptOperator("(")) {
                value = call(object, parseArguments());
            } else {
                return value;
            }
        }
    }

    private JinjaExpression call(JinjaExpression function, Arguments arguments) {
        return expressions.linked(scope -> scope.made(
                JinjaValues.call(function.value(scope), arguments.values(scope), arguments.namedValues(scope))));
    }

    private JinjaExpression parseSubscript(JinjaExpression object) {
        List<JinjaExpression> parts = new ArrayList<>();
        boolean slice = false;
        JinjaExpression part = constant(null);
        while (!tokens.acceptOperator("]")) {
            if (tokens.acceptOperator(":")) {
                slice = true;
                parts.add(part);
                part = constant(null);
            } else {
                part = expressions.parseTuple();
            }
        }
        parts.add(part);
        if (!slice) {
            JinjaExpression key = part;
            return scope -> {
                Object value = object.value(scope);
                scope.budget().read(value);
                return JinjaAttributes.item(value, key.value(scope));
            };
        }
        JinjaExpression step = parts.size() > 2 ? parts.get(2) : constant(null);
        return scope -> scope.made(JinjaAttributes.slice(
                object.value(scope), parts.get(0).value(scope), parts.get(1).value(scope), step.value(scope)));
    }

    private Arguments parseArguments() {
        List<JinjaExpression> positional = new ArrayList<>();
        Map<String, JinjaExpression> named = new LinkedHashMap<>();
        while (!tokens.acceptOperator(")")) {
            if (!positional.isEmpty() || !named.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.acceptOperator(")")) {
                    break;
                }
            }
            if (tokens.peek().kind() == Kind.NAME && tokens.followedByOperator("=")) {
                String name = tokens.expectName();
                tokens.expectOperator("=");
                named.put(name, expressions.parse());
            } else {
                positional.add(expressions.parse());
            }
        }
        return new Arguments(positional, named);
    }

    JinjaExpression parseFilters(JinjaExpression start) {
        JinjaExpression value = start;
        while (true) {
            JinjaExpression input = value;
            if (tokens.acceptOperator("|")) {
                String name = tokens.expectName();
                Arguments arguments = tokens.acceptOperator("(") ? parseArguments() : Arguments.NONE;
                value = expressions.linked(scope -> {
                    JinjaFilters filters = new JinjaFilters(scope.budget());
                    return filters.apply(
                            name, input.value(scope), arguments.values(scope), arguments.namedValues(scope));
                });
            } else if (tokens.acceptName("is")) {
                value = expressions.linked(parseTest(input));
            } else if (tokens.acceptOperator("(")) {
                value = call(input, parseArguments());
            } else {
                return value;
            }
        }
    }

    private JinjaExpression parseTest(JinjaExpression input) {
        boolean wanted = !tokens.acceptName("not");
        String name = tokens.expectName();
        Arguments arguments = Arguments.NONE;
        if (tokens.acceptOperator("(")) {
            arguments = parseArguments();
        } else if (startsArgument()) {
            arguments = new Arguments(List.of(parsePostfix(parsePrimary())), Map.of());
        }
        Arguments given = arguments;
        return scope -> {
            Object value = input.value(scope);
            List<Object> others = given.values(scope);
            scope.budget().read(value);
            others.forEach(scope.budget()::readAll);
            return JinjaTests.test(name, value, others) == wanted;
        };
    }

    private boolean startsArgument() {
        Token token = tokens.peek();
        return switch (token.kind()) {
            case STRING, NUMBER -> true;
            case NAME -> !Set.of("else", "or", "and", "if", "in", "is", "not").contains(token.text());
            case OPERATOR -> token.text().equals("[") || token.text().equals("{");
            case END -> false;
        };
    }
}
