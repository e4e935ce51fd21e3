package org.peft4j.checkpoint;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Writes JSON as Python's {@code json.dumps} does, byte for byte. */
final class PythonJson {
    private final boolean sortKeys;
    private final boolean ascii;
    private final int indent;
    private final int most;
    private final StringBuilder out = new StringBuilder();

    /** With {@code indent} below 0, everything is on one line. */
    private PythonJson(boolean sortKeys, boolean ascii, int indent, int most) {
        this.most = most;
        this.sortKeys = sortKeys;
        this.ascii = ascii;
        this.indent = indent;
    }

    /** {@code json.dumps(value, indent=2, sort_keys=True)}. */
    static String sorted(Map<String, ?> value) {
        return write(value, true, true, 2);
    }

    /** As the other one, of whatever length. */
    static String write(Object value, boolean sortKeys, boolean ascii, int indent) {
        return write(value, sortKeys, ascii, indent, Integer.MAX_VALUE);
    }

    /**
     * {@code json.dumps(value, indent=indent, sort_keys=sortKeys, ensure_ascii=ascii)}; no indent if negative.
     *
     * @param most characters after which it gives up
     * @throws IllegalArgumentException if a value has no form in JSON, or it gives up
     */
    static String write(Object value, boolean sortKeys, boolean ascii, int indent, int most) {
        PythonJson json = new PythonJson(sortKeys, ascii, indent, most);
        json.value(value, 0);
        return json.out.toString();
    }

    private void value(Object value, int depth) {
        if (value == null) {
            out.append("null");
        } else if (value instanceof Boolean || isInteger(value)) {
            out.append(value);
        } else if (value instanceof Number number) {
            double d = number instanceof Float ? Double.parseDouble(number.toString()) : number.doubleValue();
            out.append(Double.isNaN(d) ? "NaN" : Double.isInfinite(d) ? d > 0 ? "Infinity" : "-Infinity" : repr(d));
        } else if (value instanceof CharSequence || value instanceof Enum<?>) {
            string(value.toString());
        } else if (value instanceof Map<?, ?> map) {
            map(map, depth);
        } else if (value instanceof Collection<?> list) {
            list(list, depth);
        } else {
            throw new IllegalArgumentException("a " + value.getClass().getName() + " has no form in JSON");
        }
    }

    private static boolean isInteger(Object value) {
        return value instanceof Integer
                || value instanceof Long
                || value instanceof Short
                || value instanceof Byte
                || value instanceof BigInteger;
    }

    private void map(Map<?, ?> map, int depth) {
        List<String> keys = new ArrayList<>();
        map.keySet().forEach(key -> keys.add(key.toString()));
        if (sortKeys) {
            keys.sort(Json.CODE_POINT_ORDER);
        }
        out.append('{');
        String separator = "";
        for (String key : keys) {
            out.append(separator);
            newLine(depth + 1);
            string(key);
            out.append(": ");
            value(map.get(key), depth + 1);
            separator = indent < 0 ? ", " : ",";
        }
        if (!keys.isEmpty()) {
            newLine(depth);
        }
        out.append('}');
    }

    private void list(Collection<?> list, int depth) {
        out.append('[');
        String separator = "";
        for (Object element : list) {
            out.append(separator);
            newLine(depth + 1);
            value(element, depth + 1);
            separator = indent < 0 ? ", " : ",";
        }
        if (!list.isEmpty()) {
            newLine(depth);
        }
        out.append(']');
    }

    private void newLine(int depth) {
        if (out.length() + (long) Math.max(0, indent) * depth > most) {
            throw new IllegalArgumentException("longer than " + most + " characters");
        }
        if (indent >= 0) {
            out.append('\n').append(" ".repeat(indent * depth));
        }
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\f' -> out.append("\\f");
                case '\b' -> out.append("\\b");
                default -> {
                    if (c < ' ' || ascii && c > '~') {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /** Python's {@code repr} of a finite float: the shortest digits that give the same number back. */
    static String repr(double value) {
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal exact = new BigDecimal(value);
        BigDecimal shortest = exact;
        for (int digits = 1; digits <= 17; digits++) { // Double.toString of Java 17 isn't always the shortest
            shortest = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (shortest.doubleValue() == value) {
                break;
            }
        }
        shortest = shortest.stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = shortest.toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        String digits = shortest.unscaledValue().abs().toString();
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        String sign = value < 0 ? "-" : "";
        return sign + mantissa + "e" + (exponent < 0 ? "-" : "+") + String.format("%02d", Math.abs(exponent));
    }
}
