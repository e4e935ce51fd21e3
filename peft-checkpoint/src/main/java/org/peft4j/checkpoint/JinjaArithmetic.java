package org.peft4j.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;

/** Python's arithmetic on the values of templates. */
final class JinjaArithmetic {
    private static final int MAX_REPEATED = 1 << 20;

    private JinjaArithmetic() {}

    /** The operation of one of {@code + - * / // % **}. */
    static BinaryOperator<Object> operator(String symbol) {
        return (left, right) -> {
            try {
                return apply(symbol, left, right);
            } catch (ArithmeticException e) {
                throw new JinjaException("arithmetic: " + e.getMessage());
            }
        };
    }

    private static Object apply(String symbol, Object left, Object right) {
        if (JinjaValues.isNumber(left) && JinjaValues.isNumber(right)) {
            boolean floating = left instanceof Double || right instanceof Double;
            return floating || symbol.equals("/") || symbol.equals("**")
                    ? floating(symbol, asDouble(left), asDouble(right), floating)
                    : integral(symbol, asLong(left), asLong(right));
        }
        if (symbol.equals("+") && left instanceof String a && right instanceof String b) {
            return a + b;
        }
        if (symbol.equals("+") && left instanceof List<?> a && right instanceof List<?> b) {
            List<Object> joined = new ArrayList<>(a);
            joined.addAll(b);
            return joined;
        }
        if (symbol.equals("*") && left instanceof String text && right instanceof Long count) {
            if (count > 0 && text.length() > MAX_REPEATED / count) {
                throw new JinjaException("a string would be repeated too often");
            }
            return text.repeat((int) Math.max(0, count));
        }
        throw new JinjaException("'" + symbol + "' doesn't work on " + JinjaValues.typeName(left) + " and "
                + JinjaValues.typeName(right));
    }

    private static Object integral(String symbol, long a, long b) {
        return switch (symbol) {
            case "+" -> Math.addExact(a, b);
            case "-" -> Math.subtractExact(a, b);
            case "*" -> Math.multiplyExact(a, b);
            case "//" -> Math.floorDiv(a, b);
            default -> Math.floorMod(a, b);
        };
    }

    private static Object floating(String symbol, double a, double b, boolean floating) {
        if (b == 0 && "//%".contains(symbol)) {
            throw new ArithmeticException("division by zero");
        }
        return switch (symbol) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> Math.floor(a / b);
            case "%" -> a - b * Math.floor(a / b);
            default -> {
                double power = Math.pow(a, b);
                boolean whole = !floating && b >= 0 && Math.abs(power) < 0x1p53;
                yield whole ? (Object) (long) power : (Object) power;
            }
        };
    }

    static double asDouble(Object number) {
        requireNumber(number);
        return number instanceof Boolean bool ? bool ? 1 : 0 : ((Number) number).doubleValue();
    }

    private static void requireNumber(Object value) {
        if (!JinjaValues.isNumber(value)) {
            throw new JinjaException(JinjaValues.typeName(value) + " isn't a number");
        }
    }

    static long asLong(Object number) {
        requireNumber(number);
        return number instanceof Boolean bool ? bool ? 1 : 0 : ((Number) number).longValue();
    }

    /** An integer argument that may be none. */
    static int toInt(Object value, int otherwise) {
        if (value == null) {
            return otherwise;
        }
        if (!JinjaValues.isNumber(value) || value instanceof Double) {
            throw new JinjaException(JinjaValues.typeName(value) + " isn't an integer");
        }
        return (int) Math.max(-Integer.MAX_VALUE, Math.min(Integer.MAX_VALUE, asLong(value)));
    }

    /** The value of a number as it is written. */
    static Object number(String text) {
        String digits = text.replace("_", "");
        try {
            return digits.chars().allMatch(Character::isDigit)
                    ? (Object) Long.valueOf(digits)
                    : (Object) Double.valueOf(digits);
        } catch (NumberFormatException e) {
            throw new JinjaException("the number " + text + " is too large");
        }
    }
}
