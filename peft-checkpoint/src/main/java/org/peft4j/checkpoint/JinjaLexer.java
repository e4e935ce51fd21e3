package org.peft4j.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into text, outputs and statements, with the whitespace rules that chat templates are written for:
 * Jinja's {@code trim_blocks} and {@code lstrip_blocks} on, trailing newline dropped.
 */
final class JinjaLexer {
    private static final Set<String> LONG_OPERATORS = Set.of("==", "!=", "<=", ">=", "//", "**");
    private static final Pattern NUMBER = Pattern.compile("\\d[\\d_]*(\\.\\d+)?([eE][+-]?\\d+)?");
    private static final Pattern END_RAW = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%\\}");

    private final String source;
    private final List<Segment> segments = new ArrayList<>();
    private int position;
    private boolean lineStarting = true;
    private int countedTo;
    private int counted = 1;

    private JinjaLexer(String source) {
        this.source = source;
    }

    enum Kind {
        NAME,
        NUMBER,
        STRING,
        OPERATOR,
        END
    }

    record Token(Kind kind, String text) {}

    enum Type {
        TEXT,
        OUTPUT,
        STATEMENT
    }

    /** A stretch of the template: {@code text} of TEXT, {@code tokens} of the others. */
    record Segment(Type type, String text, List<Token> tokens, int line) {}

    static List<Segment> split(String template) {
        String normal = template.replace("\r\n", "\n").replace('\r', '\n');
        JinjaLexer lexer = new JinjaLexer(normal.endsWith("\n") ? normal.substring(0, normal.length() - 1) : normal);
        lexer.run();
        return lexer.segments;
    }

    private void run() {
        while (position < source.length()) {
            int tag = nextTag();
            if (tag < 0) {
                text(source.substring(position));
                return;
            }
            openTag(tag);
            int start = position;
            switch (source.charAt(tag + 1)) {
                case '#' -> comment();
                case '{' -> segments.add(new Segment(Type.OUTPUT, "", tokens("}}"), line(start)));
                default -> {
                    List<Token> tokens = tokens("%}");
                    if (!tokens.isEmpty() && tokens.get(0).text().equals("raw")) {
                        raw();
                    } else {
                        segments.add(new Segment(Type.STATEMENT, "", tokens, line(start)));
                    }
                }
            }
            lineStarting = source.charAt(position - 1) == '\n';
        }
    }

    private int nextTag() {
        for (int i = source.indexOf('{', position); i >= 0; i = source.indexOf('{', i + 1)) {
            if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    /** Emits the text before a tag, shortened as its sign or lstrip_blocks says, and goes behind the opening. */
    private void openTag(int tag) {
        String before = source.substring(position, tag);
        char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
        if (sign == '-') {
            before = before.stripTrailing();
        } else if (sign != '+' && source.charAt(tag + 1) != '{') {
            int lineStart = before.lastIndexOf('\n') + 1;
            if ((lineStart > 0 || lineStarting) && before.substring(lineStart).isBlank()) {
                before = before.substring(0, lineStart);
            }
        }
        text(before);
        position = tag + (sign == '-' || sign == '+' && source.charAt(tag + 1) != '{' ? 3 : 2);
    }

    private void text(String text) {
        if (!text.isEmpty()) {
            segments.add(new Segment(Type.TEXT, text, List.of(), line(position)));
        }
    }

    private void comment() {
        int end = source.indexOf("#}", position);
        if (end < 0) {
            throw new JinjaException("line " + line(position) + ": a comment isn't closed");
        }
        char sign = end > position ? source.charAt(end - 1) : ' ';
        position = end + 2;
        trimAfter(sign, true);
    }

    private void raw() {
        Matcher end = END_RAW.matcher(source);
        if (!end.find(position)) {
            throw new JinjaException("line " + line(position) + ": raw isn't closed by endraw");
        }
        String text = source.substring(position, end.start());
        text(end.group(1).equals("-") ? text.stripTrailing() : text);
        position = end.end();
        trimAfter(end.group(2).isEmpty() ? ' ' : end.group(2).charAt(0), true);
    }

    private void trimAfter(char sign, boolean block) {
        if (sign == '-') {
            while (position < source.length() && Character.isWhitespace(source.charAt(position))) {
                position++;
            }
        } else if (block && sign != '+' && position < source.length() && source.charAt(position) == '\n') {
            position++; // trim_blocks
        }
    }

    private List<Token> tokens(String end) {
        int start = position;
        List<Token> tokens = new ArrayList<>();
        int depth = 0;
        while (true) {
            while (position < source.length() && Character.isWhitespace(source.charAt(position))) {
                position++;
            }
            if (position >= source.length()) {
                throw new JinjaException("line " + line(start) + ": a tag isn't closed by " + end);
            }
            char c = source.charAt(position);
            boolean signed = (c == '-' || c == '+' && end.equals("%}")) && source.startsWith(end, position + 1);
            if (depth == 0 && (signed || source.startsWith(end, position))) {
                position += end.length() + (signed ? 1 : 0);
                trimAfter(signed ? c : ' ', end.equals("%}"));
                return tokens;
            }
            Token token = token(c);
            tokens.add(token);
            position += token.kind() == Kind.STRING ? 0 : token.text().length();
            if (token.kind() == Kind.OPERATOR) {
                depth += "([{".contains(token.text()) ? 1 : ")]}".contains(token.text()) ? -1 : 0;
            }
        }
    }

    private int endOfString(char quote) {
        for (int i = position + 1; i < source.length(); i++) {
            char c = source.charAt(i);
            if (c == quote) {
                return i + 1;
            }
            i += c == '\\' ? 1 : 0;
        }
        throw new JinjaException("line " + line(position) + ": a string isn't closed");
    }

    private Token token(char c) {
        if (Character.isLetter(c) || c == '_') {
            int end = position;
            while (end < source.length()
                    && (Character.isLetterOrDigit(source.charAt(end)) || source.charAt(end) == '_')) {
                end++;
            }
            return new Token(Kind.NAME, source.substring(position, end));
        }
        if (c >= '0' && c <= '9') {
            Matcher number = NUMBER.matcher(source).region(position, source.length());
            number.lookingAt();
            return new Token(Kind.NUMBER, number.group());
        }
        if (c == '\'' || c == '"') {
            int start = position;
            position = endOfString(c);
            return new Token(Kind.STRING, JinjaStrings.unescape(source.substring(start, position)));
        }
        String two = source.substring(position, Math.min(position + 2, source.length()));
        if (LONG_OPERATORS.contains(two)) {
            return new Token(Kind.OPERATOR, two);
        }
        if ("+-*/%~<>=.,:|()[]{}".indexOf(c) < 0) {
            throw new JinjaException("line " + line(position) + ": unexpected character '" + c + "'");
        }
        return new Token(Kind.OPERATOR, String.valueOf(c));
    }

    /** The line of a place; asked for ascending places, it doesn't count from the start again. */
    private int line(int at) {
        int to = Math.min(at, source.length());
        if (to < countedTo) {
            countedTo = 0;
            counted = 1;
        }
        for (; countedTo < to; countedTo++) {
            counted += source.charAt(countedTo) == '\n' ? 1 : 0;
        }
        return counted;
    }
}
