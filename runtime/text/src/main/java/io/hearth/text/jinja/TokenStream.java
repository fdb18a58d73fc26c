package io.hearth.text.jinja;

import io.hearth.text.jinja.Token.Kind;
import java.util.List;

/** The tokens of a template, with a position and a bound on nesting. */
final class TokenStream {
    private static final int MAXIMUM_DEPTH = 120;

    private final List<Token> tokens;
    private int position;
    private int depth;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(position);
    }

    Token lookAhead() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = current();
        if (position < tokens.size() - 1) {
            position++;
        }
        return token;
    }

    boolean skipOperator(String operator) {
        if (current().isOperator(operator)) {
            next();
            return true;
        }
        return false;
    }

    boolean skipName(String name) {
        if (current().isName(name)) {
            next();
            return true;
        }
        return false;
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected("'" + operator + "'");
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected("'" + name + "'");
        }
    }

    Token expect(Kind kind, String what) {
        if (current().kind() != kind) {
            throw unexpected(what);
        }
        return next();
    }

    void enter() {
        if (++depth > MAXIMUM_DEPTH) {
            throw error("the template is nested too deeply: more than " + MAXIMUM_DEPTH + " levels");
        }
    }

    void leave() {
        depth--;
    }

    JinjaException unexpected(String expected) {
        return error("expected " + expected + ", found " + current().describe());
    }

    JinjaException error(String message) {
        return new JinjaException(message).atLine(current().line());
    }
}
