package io.hearth.starter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@link BytePairTrainer} learned.
 *
 * @param tokens every token by id: the special tokens, the 256 bytes, then one per merge
 * @param merges the merges, the earliest learned first
 */
public record BytePairVocabulary(List<String> tokens, List<Merge> merges) {
    /** Ends a document; also fills up batches. */
    public static final String END_OF_TEXT = "<|endoftext|>";
    /** Begins a message. */
    public static final String MESSAGE_START = "<|im_start|>";
    /** Ends a message. */
    public static final String MESSAGE_END = "<|im_end|>";
    /** The special tokens; their place in the list is their id. */
    public static final List<String> SPECIAL_TOKENS = List.of(END_OF_TEXT, MESSAGE_START, MESSAGE_END);

    /** Two neighbouring tokens that become one. */
    public record Merge(String left, String right) {}

    static List<String> baseTokens() {
        char[] alphabet = new char[256];
        for (int value = 0; value < 256; value++) {
            alphabet[value] = ByteAlphabet.of(value);
        }
        Arrays.sort(alphabet);
        List<String> tokens = new ArrayList<>(SPECIAL_TOKENS);
        for (char character : alphabet) {
            tokens.add(String.valueOf(character));
        }
        return tokens;
    }

    /** Returns an encoder; it takes special tokens in a text for plain text. */
    public Encoder encoder() {
        return new Encoder(this);
    }

    /** Applies the merges in plain Java: the reference the published tokenizer file is checked against. */
    public static final class Encoder {
        private final Map<String, Integer> ids = new HashMap<>();
        private final Map<Long, int[]> merges = new HashMap<>();

        private Encoder(BytePairVocabulary vocabulary) {
            for (int id = 0; id < vocabulary.tokens().size(); id++) {
                ids.put(vocabulary.tokens().get(id), id);
            }
            int rank = 0;
            for (Merge merge : vocabulary.merges()) {
                int left = ids.get(merge.left());
                int right = ids.get(merge.right());
                merges.put(key(left, right), new int[] {rank++, ids.get(merge.left() + merge.right())});
            }
        }

        /** Returns the token ids of a text. */
        public List<Integer> encode(String text) {
            List<Integer> result = new ArrayList<>();
            for (String piece : PieceSplitter.split(text)) {
                for (int id : encodePiece(ByteAlphabet.encode(piece))) {
                    result.add(id);
                }
            }
            return result;
        }

        private int[] encodePiece(String piece) {
            int[] symbols = new int[piece.length()];
            for (int i = 0; i < symbols.length; i++) {
                symbols[i] = ids.get(piece.substring(i, i + 1));
            }
            while (true) {
                int[] best = null;
                int at = 0;
                for (int i = 0; i + 1 < symbols.length; i++) {
                    int[] merge = merges.get(key(symbols[i], symbols[i + 1]));
                    if (merge != null && (best == null || merge[0] < best[0])) {
                        best = merge;
                        at = i;
                    }
                }
                if (best == null) {
                    return symbols;
                }
                symbols = BytePairTrainer.merged(symbols, symbols[at], symbols[at + 1], best[1]);
            }
        }

        private static long key(int left, int right) {
            return ((long) left << 32) | right;
        }
    }
}
