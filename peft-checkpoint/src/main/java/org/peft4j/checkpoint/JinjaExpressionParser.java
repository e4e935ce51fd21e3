package org.peft4j.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BinaryOperator;
import org.peft4j.checkpoint.JinjaLexer.Kind;

/** Recursive descent over Jinja's expression grammar, lowest precedence first. */
final class JinjaExpressionParser {
    private static final int MAX_DEPTH = 100;
    private static final int MAX_LINKS = 500;
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    private final JinjaTokens tokens;
    private final JinjaPrimaryParser primaries;
    private int depth;
    private int links;

    JinjaExpressionParser(JinjaTokens tokens) {
        this.tokens = tokens;
        this.primaries = new JinjaPrimaryParser(tokens, this);
    }

    /** An expression that evaluates the one before it: a chain of them may only be so long, for it is evaluated by recursion. */
    JinjaExpression linked(JinjaExpression expression) {
        if (++links > MAX_LINKS) {
            throw tokens.error("the expression is too long");
        }
        return expression;
    }

    /** An expression, or several separated by commas, which make a list. */
    JinjaExpression parseTuple() {
        JinjaExpression first = parse();
        if (!tokens.atOperator(",")) {
            return first;
        }
        List<JinjaExpression> parts = new ArrayList<>(List.of(first));
        while (tokens.acceptOperator(",") && !tokens.atEnd() && !tokens.atOperator(")")) {
            parts.add(parse());
        }
        return list(parts);
    }

    JinjaExpression parse() {
        if (++depth > MAX_DEPTH) {
            throw tokens.error("the expression is nested too deeply");
        }
        JinjaExpression value = parseOr();
        while (tokens.acceptName("if")) {
            JinjaExpression then = value;
            JinjaExpression condition = parseOr();
            JinjaExpression otherwise =
                    tokens.acceptName("else") ? parse() : scope -> new JinjaScope.Undefined("the inline if");
            value = linked(scope -> (JinjaValues.truth(condition.value(scope)) ? then : otherwise).value(scope));
        }
        depth--;
        return value;
    }

    /** As {@link #parse}, leaving an {@code if} that follows to the caller: the filter of a for loop. */
    JinjaExpression parseOr() {
        JinjaExpression left = parseAnd();
        while (tokens.acceptName("or")) {
            JinjaExpression a = left;
            JinjaExpression b = parseAnd();
            left = linked(scope -> {
                Object value = a.value(scope);
                return JinjaValues.truth(value) ? value : b.value(scope);
            });
        }
        return left;
    }

    private JinjaExpression parseAnd() {
        JinjaExpression left = parseNot();
        while (tokens.acceptName("and")) {
            JinjaExpression a = left;
            JinjaExpression b = parseNot();
            left = linked(scope -> {
                Object value = a.value(scope);
                return JinjaValues.truth(value) ? b.value(scope) : value;
            });
        }
        return left;
    }

    private JinjaExpression parseNot() {
        boolean negate = false;
        while (tokens.acceptName("not")) {
            negate = !negate;
            if (tokens.atName("not")) {
                continue;
            }
            JinjaExpression operand = parseComparison();
            boolean wanted = !negate;
            return scope -> JinjaValues.truth(operand.value(scope)) == wanted;
        }
        return parseComparison();
    }

    private JinjaExpression parseComparison() {
        JinjaExpression first = parseSum();
        List<String> operators = new ArrayList<>();
        List<JinjaExpression> operands = new ArrayList<>();
        while (true) {
            if (tokens.peek().kind() == Kind.OPERATOR
                    && COMPARISONS.contains(tokens.peek().text())) {
                operators.add(tokens.take().text());
            } else if (tokens.acceptName("in")) {
                operators.add("in");
            } else if (tokens.atName("not") && tokens.followedByName("in")) {
                tokens.take();
                tokens.take();
                operators.add("not in");
            } else {
                break;
            }
            operands.add(parseSum());
        }
        return operators.isEmpty() ? first : chain(first, operators, operands);
    }

    private static JinjaExpression chain(
            JinjaExpression first, List<String> operators, List<JinjaExpression> operands) {
        return scope -> {
            Object left = first.value(scope);
            for (int i = 0; i < operators.size(); i++) {
                Object right = operands.get(i).value(scope);
                scope.budget().readAll(left);
                scope.budget().readAll(right);
                if (!JinjaValues.compare(operators.get(i), left, right)) {
                    return false;
                }
                left = right;
            }
            return true;
        };
    }

    private JinjaExpression parseSum() {
        JinjaExpression left = parseConcatenation();
        while (tokens.atOperator("+") || tokens.atOperator("-")) {
            left = binary(left, tokens.take().text(), parseConcatenation());
        }
        return left;
    }

    private JinjaExpression parseConcatenation() {
        JinjaExpression left = parseProduct();
        while (tokens.acceptOperator("~")) {
            JinjaExpression a = left;
            JinjaExpression b = parseProduct();
            left = linked(scope -> scope.made(JinjaValues.text(a.value(scope)) + JinjaValues.text(b.value(scope))));
        }
        return left;
    }

    private JinjaExpression parseProduct() {
        JinjaExpression left = parseUnary(true);
        while (tokens.atOperator("*") || tokens.atOperator("/") || tokens.atOperator("//") || tokens.atOperator("%")) {
            left = binary(left, tokens.take().text(), parseUnary(true));
        }
        return left;
    }

    private JinjaExpression binary(JinjaExpression a, String operator, JinjaExpression b) {
        BinaryOperator<Object> operation = JinjaArithmetic.operator(operator);
        return linked(scope -> scope.made(operation.apply(a.value(scope), b.value(scope))));
    }

    private JinjaExpression parseUnary(boolean withFilters) {
        JinjaExpression value;
        if (tokens.atOperator("-") || tokens.atOperator("+")) {
            boolean minus = tokens.take().text().equals("-");
            if (++depth > MAX_DEPTH) {
                throw tokens.error("the expression is nested too deeply");
            }
            JinjaExpression operand = parseUnary(false);
            depth--;
            BinaryOperator<Object> operation = JinjaArithmetic.operator(minus ? "-" : "+");
            value = scope -> operation.apply(0L, operand.value(scope));
        } else {
            value = primaries.parsePostfix(primaries.parsePrimary());
        }
        value = withFilters ? primaries.parseFilters(value) : value;
        if (withFilters && tokens.acceptOperator("**")) {
            if (++depth > MAX_DEPTH) {
                throw tokens.error("the expression is nested too deeply");
            }
            value = binary(value, "**", parseUnary(true));
            depth--;
        }
        return value;
    }

    static JinjaExpression list(List<JinjaExpression> parts) {
        return scope -> {
            List<Object> values = new ArrayList<>();
            parts.forEach(part -> values.add(part.value(scope)));
            return scope.made(values);
        };
    }
}
