package io.hearth.starter;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts text into the pieces that tokens never cross: every Chinese character and every digit alone, words
 * with the blank before them, runs of signs, blanks. Without that, whole Chinese phrases and numbers become
 * tokens of their own, and a small model cannot copy one it has not met.
 */
final class PieceSplitter {
    /** The expression as {@code tokenizer.json} holds it. */
    static final String EXPRESSION = "\\p{Han}|\\p{N}| ?[a-zA-Z]+| ?(?:(?!\\p{Han})\\p{L})+| ?[^\\s\\p{L}\\p{N}]+|\\s+";

    private static final Pattern PATTERN =
            Pattern.compile(EXPRESSION.replace("\\p{Han}", "\\p{IsHan}"), Pattern.UNICODE_CHARACTER_CLASS);

    private PieceSplitter() {}

    static List<String> split(String text) {
        List<String> pieces = new ArrayList<>();
        Matcher matcher = PATTERN.matcher(text);
        while (matcher.find()) {
            pieces.add(matcher.group());
        }
        return pieces;
    }
}
