package io.hearth.ui.datasets.doctor;

import java.text.Normalizer;
import java.util.Arrays;

/**
 * The pieces of a text by which texts are compared: every run of five characters (three where the text is mostly Chinese, Japanese or
 * Korean), without regard to case, width, punctuation and space.
 */
final class Shingles {
    /** Characters of a text that are looked at. */
    private static final int LONGEST = 4000;

    private Shingles() {}

    /** Hashes of the pieces, sorted, each once. */
    static long[] of(String text) {
        int[] characters = normal(text);
        int ideographs = 0;
        for (int c : characters) {
            ideographs +=
                    Character.isIdeographic(c) || c >= 0x3040 && c <= 0x30ff || c >= 0xac00 && c <= 0xd7a3 ? 1 : 0;
        }
        int size = ideographs * 2 > characters.length ? 3 : 5;
        if (characters.length <= size) {
            return new long[] {hash(characters, 0, characters.length)};
        }
        long[] hashes = new long[characters.length - size + 1];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = hash(characters, i, i + size);
        }
        Arrays.sort(hashes);
        int kept = 0;
        for (int i = 0; i < hashes.length; i++) {
            if (i == 0 || hashes[i] != hashes[i - 1]) {
                hashes[kept++] = hashes[i];
            }
        }
        return Arrays.copyOf(hashes, kept);
    }

    private static int[] normal(String text) {
        String cut = text.length() > LONGEST ? text.substring(0, LONGEST) : text;
        boolean plain = cut.chars().allMatch(c -> c < 128);
        int[] characters = (plain ? cut : Normalizer.normalize(cut, Normalizer.Form.NFKC))
                .codePoints()
                .map(Character::toLowerCase)
                .map(c -> Character.isLetterOrDigit(c) ? c : ' ')
                .toArray();
        int kept = 0;
        for (int i = 0; i < characters.length; i++) {
            if (characters[i] != ' ' || kept > 0 && characters[kept - 1] != ' ') {
                characters[kept++] = characters[i];
            }
        }
        while (kept > 0 && characters[kept - 1] == ' ') {
            kept--;
        }
        return Arrays.copyOf(characters, kept);
    }

    private static long hash(int[] characters, int from, int to) {
        long hash = to - from;
        for (int i = from; i < to; i++) {
            hash = hash * 0x9e3779b97f4a7c15L + characters[i];
        }
        return Hashes.mix(hash);
    }
}
