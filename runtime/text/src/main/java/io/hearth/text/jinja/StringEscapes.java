package io.hearth.text.jinja;

/** The escapes of string literals, as Python reads them. An unknown escape stays as it is written. */
final class StringEscapes {
    private StringEscapes() {}

    static String unescape(String literal) {
        if (literal.indexOf('\\') < 0) {
            return literal;
        }
        StringBuilder out = new StringBuilder(literal.length());
        int i = 0;
        while (i < literal.length()) {
            char c = literal.charAt(i);
            if (c != '\\' || i + 1 == literal.length()) {
                out.append(c);
                i++;
                continue;
            }
            char escape = literal.charAt(i + 1);
            switch (escape) {
                case 'n' -> out.append('\n');
                case 't' -> out.append('\t');
                case 'r' -> out.append('\r');
                case 'a' -> out.append('\u0007');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'v' -> out.append('\u000b');
                case '\\', '\'', '"' -> out.append(escape);
                case '\n' -> {}
                case 'x', 'u', 'U' -> {
                    int digits = escape == 'x' ? 2 : escape == 'u' ? 4 : 8;
                    out.appendCodePoint(hex(literal, i + 2, digits));
                    i += digits;
                }
                case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                    int end = i + 1;
                    int value = 0;
                    while (end < literal.length()
                            && end < i + 4
                            && literal.charAt(end) >= '0'
                            && literal.charAt(end) <= '7') {
                        value = value * 8 + literal.charAt(end++) - '0';
                    }
                    out.appendCodePoint(value);
                    i = end - 2;
                }
                default -> out.append('\\').append(escape);
            }
            i += 2;
        }
        return out.toString();
    }

    private static int hex(String literal, int from, int digits) {
        int value = 0;
        for (int i = from; i < from + digits; i++) {
            int digit = i < literal.length() ? Character.digit(literal.charAt(i), 16) : -1;
            if (digit < 0 || value > 0x10FFFF / 16 + 1) {
                throw new JinjaException("a string has a broken escape '\\" + literal.charAt(from - 1) + "'");
            }
            value = value * 16 + digit;
        }
        if (value > 0x10FFFF) {
            throw new JinjaException("a string has an escape beyond the last character");
        }
        return value;
    }
}
