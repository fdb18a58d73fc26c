package io.hearth.worker.evaluate;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How well an answer agrees with its reference.
 *
 * @param exact whether they are the same but for case, blanks and punctuation; a point or comma between digits, and the sign
 *     before a number, are no punctuation
 * @param f1 harmonic mean of precision and recall over their words, as a bag; in Chinese, Japanese and Korean every character is a
 *     word (the score of SQuAD, Rajpurkar et al. 2016)
 */
record AnswerScore(boolean exact, double f1) {
    static AnswerScore of(String answer, String reference) {
        List<String> said = words(answer);
        List<String> wanted = words(reference);
        if (said.isEmpty() || wanted.isEmpty()) {
            boolean same = answer.strip().equals(reference.strip());
            return new AnswerScore(same, same ? 1 : 0);
        }
        boolean exact = String.join("", said).equals(String.join("", wanted));
        return new AnswerScore(exact, exact ? 1 : f1(said, wanted));
    }

    private static double f1(List<String> said, List<String> wanted) {
        Map<String, Integer> left = new HashMap<>();
        wanted.forEach(word -> left.merge(word, 1, Integer::sum));
        int common = 0;
        for (String word : said) {
            int count = left.getOrDefault(word, 0);
            if (count > 0) {
                left.put(word, count - 1);
                common++;
            }
        }
        return 2.0 * common / (said.size() + wanted.size());
    }

    /** The words in lower case, without blanks and punctuation. */
    static List<String> words(String text) {
        int[] characters = Normalizer.normalize(text, Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .codePoints()
                .toArray();
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < characters.length; i++) {
            int character = characters[i];
            boolean single = isCharacterAWord(character);
            boolean counts = !isBlank(character) && (!isPunctuation(character) || belongsToNumber(characters, i));
            if ((single || !counts) && !word.isEmpty()) {
                words.add(word.toString());
                word.setLength(0);
            }
            if (single) {
                words.add(Character.toString(character));
            } else if (counts) {
                word.appendCodePoint(character);
            }
        }
        if (!word.isEmpty()) {
            words.add(word.toString());
        }
        return words;
    }

    private static boolean belongsToNumber(int[] characters, int at) {
        boolean before = at > 0 && Character.isDigit(characters[at - 1]);
        boolean after = at + 1 < characters.length && Character.isDigit(characters[at + 1]);
        return switch (characters[at]) {
            case '.', ',', ':', '/' -> before && after;
            case '-' -> after && (before || at == 0 || isBlank(characters[at - 1]));
            case '%' -> before;
            default -> false;
        };
    }

    private static boolean isBlank(int character) {
        return Character.isWhitespace(character) || Character.isSpaceChar(character);
    }

    private static boolean isPunctuation(int character) {
        return switch (Character.getType(character)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION,
                    Character.CONTROL,
                    Character.FORMAT -> true;
            default -> false;
        };
    }

    private static boolean isCharacterAWord(int character) {
        return switch (UnicodeScript.of(character)) {
            case HAN, HIRAGANA, KATAKANA, HANGUL -> true;
            default -> false;
        };
    }
}
