package io.hearth.text.jinja;

import io.hearth.text.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits a template into tokens, with the whitespace rules that published chat templates are written for:
 * {@code trim_blocks} and {@code lstrip_blocks} on, one trailing newline of the template dropped, and the signs
 * {@code -} and {@code +} at the edges of tags.
 */
final class Lexer {
    private static final Pattern RAW_BEGIN = Pattern.compile("\\{%([-+]?)\\s*raw\\s*(?:-%}\\s*|%})");
    private static final Pattern RAW_END = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(?:\\+%}|-%}\\s*|%}\\n?)");
    private static final Pattern BLOCK_END = Pattern.compile("\\+%}|-%}\\s*|%}\\n?");
    private static final Pattern VARIABLE_END = Pattern.compile("-}}\\s*|}}");
    private static final Pattern COMMENT_END = Pattern.compile("\\+#}|-#}\\s*|#}\\n?");
    private static final Pattern NUMBER_FLOAT =
            Pattern.compile("(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+-]?(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+)");
    private static final Pattern NUMBER_INTEGER =
            Pattern.compile("0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|\\d+(?:_\\d+)*");
    private static final String[] OPERATORS = {
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=",
        ".", ":", "|", ",", ";"
    };

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    private int line = 1;
    private boolean lineStarting = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokenize(String template) {
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        if (source.endsWith("\n")) {
            source = source.substring(0, source.length() - 1);
        }
        return new Lexer(source).run();
    }

    private List<Token> run() {
        while (position < source.length()) {
            int tag = nextTag();
            if (tag < 0) {
                data(source.substring(position));
                advance(source.length());
                break;
            }
            Matcher raw = matcher(RAW_BEGIN, tag);
            char kind = source.charAt(tag + 1);
            char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
            data(beforeTag(source.substring(position, tag), sign, kind != '{'));
            advance(tag);
            if (raw.lookingAt()) {
                advance(raw.end());
                rawText();
                continue;
            }
            int open = sign == '-' || sign == '+' ? 3 : 2;
            switch (kind) {
                case '#' -> comment(tag + open);
                case '%' -> tag(Kind.BLOCK_BEGIN, Kind.BLOCK_END, BLOCK_END, tag + open);
                default -> tag(Kind.VARIABLE_BEGIN, Kind.VARIABLE_END, VARIABLE_END, tag + open);
            }
        }
        tokens.add(new Token(Kind.END, "", line));
        return tokens;
    }

    private int nextTag() {
        for (int at = source.indexOf('{', position);
                at >= 0 && at + 1 < source.length();
                at = source.indexOf('{', at + 1)) {
            char next = source.charAt(at + 1);
            if (next == '{' || next == '%' || next == '#') {
                return at;
            }
        }
        return -1;
    }

    /** The text before a tag, less the whitespace that the tag takes away. */
    private String beforeTag(String text, char sign, boolean stripsLine) {
        if (sign == '-') {
            return PythonText.rstrip(text, null);
        }
        if (sign != '+' && stripsLine) {
            int lineStart = text.lastIndexOf('\n') + 1;
            if ((lineStart > 0 || lineStarting) && PythonText.isSpace(text.substring(lineStart))) {
                return text.substring(0, lineStart);
            }
        }
        return text;
    }

    private void data(String text) {
        if (!text.isEmpty()) {
            tokens.add(new Token(Kind.DATA, text, line));
        }
    }

    private void rawText() {
        Matcher end = matcher(RAW_END, position);
        if (!end.find()) {
            throw error("'{% raw %}' is never closed by '{% endraw %}'");
        }
        String sign = end.group(1);
        data(beforeTag(source.substring(position, end.start()), sign.isEmpty() ? ' ' : sign.charAt(0), true));
        advance(end.end());
    }

    private void comment(int from) {
        Matcher end = matcher(COMMENT_END, from);
        if (!end.find()) {
            throw error("a comment that starts with '{#' is never closed");
        }
        advance(end.end());
    }

    private void tag(Kind begin, Kind end, Pattern endPattern, int from) {
        tokens.add(new Token(begin, "", line));
        advance(from);
        List<Character> open = new ArrayList<>();
        while (position < source.length()) {
            char c = source.charAt(position);
            if (PythonText.isSpace(c)) {
                advance(position + 1);
                continue;
            }
            if (open.isEmpty()) {
                Matcher closing = matcher(endPattern, position);
                if (closing.lookingAt()) {
                    tokens.add(new Token(end, "", line));
                    advance(closing.end());
                    return;
                }
            }
            expressionToken(c, open);
        }
        throw error("a tag is never closed");
    }

    private void expressionToken(char c, List<Character> open) {
        Matcher number = matcher(NUMBER_FLOAT, position);
        boolean afterDot = position > 0 && source.charAt(position - 1) == '.';
        if (!afterDot && number.lookingAt()) {
            add(Kind.FLOAT, number.group().replace("_", ""), number.end());
            return;
        }
        number = matcher(NUMBER_INTEGER, position);
        if (number.lookingAt()) {
            add(Kind.INTEGER, number.group().replace("_", ""), number.end());
            return;
        }
        if (Character.isUnicodeIdentifierStart(c) || c == '_') {
            int end = position + 1;
            while (end < source.length() && Character.isUnicodeIdentifierPart(source.charAt(end))) {
                end++;
            }
            add(Kind.NAME, source.substring(position, end), end);
            return;
        }
        if (c == '\'' || c == '"') {
            string(c);
            return;
        }
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, position)) {
                balance(operator.charAt(0), open);
                add(Kind.OPERATOR, operator, position + operator.length());
                return;
            }
        }
        throw error("unexpected character '" + Character.toString(source.codePointAt(position)) + "'");
    }

    private void balance(char c, List<Character> open) {
        switch (c) {
            case '(' -> open.add(')');
            case '[' -> open.add(']');
            case '{' -> open.add('}');
            case ')', ']', '}' -> {
                if (open.isEmpty() || open.removeLast() != c) {
                    throw error("unexpected '" + c + "'");
                }
            }
            default -> {}
        }
    }

    private void string(char quote) {
        int end = position + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw error("a string is never closed");
        }
        String value = StringEscapes.unescape(source.substring(position + 1, end));
        add(Kind.STRING, value, end + 1);
    }

    private void add(Kind kind, String text, int end) {
        tokens.add(new Token(kind, text, line));
        advance(end);
    }

    private Matcher matcher(Pattern pattern, int from) {
        return pattern.matcher(source).region(from, source.length());
    }

    private void advance(int to) {
        for (int i = position; i < to; i++) {
            if (source.charAt(i) == '\n') {
                line++;
            }
        }
        if (to > position) {
            lineStarting = source.charAt(to - 1) == '\n';
        }
        position = to;
    }

    private JinjaException error(String message) {
        return new JinjaException(message).atLine(line);
    }
}
