package io.hearth.ui.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds in sources what programs say: literals of a sentence with gaps where something is filled in. */
final class SourcePhrases {
    private static final Pattern LOGGED = Pattern.compile("LOG\\.log\\(\\s*(?:System\\.Logger\\.)?Level\\.[A-Z]+,\\s*");
    private static final Pattern FAILURE = Pattern.compile("new [A-Za-z]*(?:Exception|Refused|Fault|Hopeless)\\(\\s*");
    private static final Pattern FORMATTED = Pattern.compile("%[-+,.0-9]*[sdfxeg]|\\{\\d+(?:,[^{}]*)?}");

    /** What is logged below a folder. */
    static Set<String> logged(Path folder) throws IOException {
        return found(folder, LOGGED);
    }

    /** Sentences of exceptions below a folder. */
    static Set<String> failures(Path folder) throws IOException {
        return found(folder, FAILURE);
    }

    private static Set<String> found(Path folder, Pattern call) throws IOException {
        Set<String> phrases = new TreeSet<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                String source = Files.readString(file);
                Matcher matcher = call.matcher(source);
                while (matcher.find()) {
                    String phrase = phrase(source, matcher.end());
                    if (phrase.chars().filter(Character::isLetter).count() >= 8) {
                        phrases.add(phrase);
                    }
                }
            }
        }
        return phrases;
    }

    /** The text of the expression that begins here, up to the comma or parenthesis that ends the argument. */
    private static String phrase(String source, int start) {
        StringBuilder phrase = new StringBuilder();
        int depth = 0;
        for (int i = start; i < source.length(); i++) {
            char c = source.charAt(i);
            if (c == '"' && depth == 0) {
                i = literal(source, i + 1, phrase);
            } else if (c == '"') {
                i = literal(source, i + 1, new StringBuilder());
            } else if (depth == 0 && (c == ',' || c == ')' || c == ';' || c == '?')) {
                break;
            } else if (c == '(' || c == '{') {
                depth++;
            } else if (c == ')' || c == '}') {
                depth--;
            } else if (Character.isJavaIdentifierPart(c) && !phrase.toString().endsWith(Phrases.GAP)) {
                phrase.append(Phrases.GAP);
            }
        }
        return FORMATTED
                .matcher(phrase.toString().replace("''", "'"))
                .replaceAll(Matcher.quoteReplacement(Phrases.GAP))
                .replace("{}{}", Phrases.GAP)
                .replaceAll("\\{}$", Matcher.quoteReplacement(Phrases.GAP))
                .strip();
    }

    /** Adds a literal without its quotes; gives the place of the closing one. */
    private static int literal(String source, int start, StringBuilder to) {
        int i = start;
        while (source.charAt(i) != '"') {
            if (source.charAt(i) == '\\') {
                i++;
                to.append(source.charAt(i) == 'n' ? ' ' : source.charAt(i));
            } else {
                to.append(source.charAt(i));
            }
            i++;
        }
        return i;
    }

    private SourcePhrases() {}
}
