package org.peft4j.checkpoint;

import java.util.List;
import org.peft4j.checkpoint.JinjaLexer.Kind;
import org.peft4j.checkpoint.JinjaLexer.Token;

/** A cursor over the tokens of one tag. */
final class JinjaTokens {
    private static final Token END = new Token(Kind.END, "the end of the tag");

    private final List<Token> tokens;
    private final int line;
    private int next;

    JinjaTokens(List<Token> tokens, int line) {
        this.tokens = tokens;
        this.line = line;
    }

    Token peek() {
        return next < tokens.size() ? tokens.get(next) : END;
    }

    Token take() {
        Token token = peek();
        next++;
        return token;
    }

    boolean atOperator(String text) {
        return peek().kind() == Kind.OPERATOR && peek().text().equals(text);
    }

    boolean atName(String text) {
        return peek().kind() == Kind.NAME && peek().text().equals(text);
    }

    /** Whether the name after the present token is this. */
    boolean followedByName(String text) {
        return next + 1 < tokens.size() && tokens.get(next + 1).equals(new Token(Kind.NAME, text));
    }

    /** Whether the operator after the present token is this. */
    boolean followedByOperator(String text) {
        return next + 1 < tokens.size() && tokens.get(next + 1).equals(new Token(Kind.OPERATOR, text));
    }

    boolean acceptOperator(String text) {
        boolean there = atOperator(text);
        next += there ? 1 : 0;
        return there;
    }

    boolean acceptName(String text) {
        boolean there = atName(text);
        next += there ? 1 : 0;
        return there;
    }

    void expectOperator(String text) {
        if (!acceptOperator(text)) {
            throw unexpected("'" + text + "'");
        }
    }

    String expectName() {
        if (peek().kind() != Kind.NAME) {
            throw unexpected("a name");
        }
        return take().text();
    }

    void expectEnd() {
        if (next < tokens.size()) {
            throw unexpected("the end of the tag");
        }
    }

    boolean atEnd() {
        return next >= tokens.size();
    }

    JinjaException unexpected(String wanted) {
        return error("expected " + wanted + " but found '" + peek().text() + "'");
    }

    JinjaException error(String what) {
        return new JinjaException("line " + line + ": " + what);
    }
}
