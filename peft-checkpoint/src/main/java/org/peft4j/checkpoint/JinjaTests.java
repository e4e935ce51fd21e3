package org.peft4j.checkpoint;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What may follow {@code is}. */
final class JinjaTests {
    private JinjaTests() {}

    static boolean test(String name, Object value, List<Object> arguments) {
        return switch (name) {
            case "defined" -> !(value instanceof JinjaScope.Undefined);
            case "undefined" -> value instanceof JinjaScope.Undefined;
            case "none" -> value == null;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "boolean" -> value instanceof Boolean;
            case "string" -> value instanceof String;
            case "number" -> JinjaValues.isNumber(value);
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "mapping" -> value instanceof Map<?, ?>;
            case "sequence", "iterable" ->
                value instanceof List<?>
                        || value instanceof String
                        || value instanceof Map<?, ?>
                        || value instanceof JinjaScope.Undefined;
            case "callable" -> value instanceof JinjaScope.Callable;
            case "even" -> remainder(value, 2) == 0;
            case "odd" -> remainder(value, 2) == 1;
            case "lower" -> value instanceof String text && text.equals(text.toLowerCase(Locale.ROOT));
            case "upper" -> value instanceof String text && text.equals(text.toUpperCase(Locale.ROOT));
            default -> comparison(name, value, arguments);
        };
    }

    private static boolean comparison(String name, Object value, List<Object> arguments) {
        if (arguments.isEmpty()) {
            throw new JinjaException("there is no test '" + name + "' without an argument");
        }
        Object other = arguments.get(0);
        return switch (name) {
            case "eq", "equalto", "sameas" -> JinjaValues.same(value, other);
            case "ne" -> !JinjaValues.same(value, other);
            case "in" -> JinjaValues.compare("in", value, other);
            case "lt", "lessthan" -> JinjaValues.order(value, other) < 0;
            case "le" -> JinjaValues.order(value, other) <= 0;
            case "gt", "greaterthan" -> JinjaValues.order(value, other) > 0;
            case "ge" -> JinjaValues.order(value, other) >= 0;
            case "divisibleby" -> remainder(value, JinjaArithmetic.toInt(other, 1)) == 0;
            default -> throw new JinjaException("there is no test '" + name + "'");
        };
    }

    private static long remainder(Object value, int divisor) {
        if (!JinjaValues.isNumber(value) || divisor == 0) {
            throw new JinjaException(JinjaValues.typeName(value) + " can't be divided by " + divisor);
        }
        return Math.floorMod(JinjaArithmetic.asLong(value), (long) divisor);
    }
}
