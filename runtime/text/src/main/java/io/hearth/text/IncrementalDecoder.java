package io.hearth.text;

import java.util.Arrays;

/**
 * Turns tokens into text one by one, as a stream shows them. A token may end within a character (Chinese and emoji often
 * span several); such a part is held back until it is whole. The pieces together are the text of all tokens. For one
 * stream and one thread.
 */
public final class IncrementalDecoder {
    private static final char REPLACEMENT = '\uFFFD';

    private final Tokenizer tokenizer;
    private final boolean skipSpecialTokens;
    /** The tokens of the last finished piece, which decide how the next begins (spaces, say), and those after it. */
    private int[] window = new int[16];

    private int length;
    private int finished;
    private String finishedText = "";

    public IncrementalDecoder(Tokenizer tokenizer, boolean skipSpecialTokens) {
        this.tokenizer = tokenizer;
        this.skipSpecialTokens = skipSpecialTokens;
    }

    /** The text that this token completes; empty where a character is still in parts. */
    public String add(int token) {
        if (length == window.length) {
            window = Arrays.copyOf(window, 2 * length);
        }
        window[length++] = token;
        String text = decode(0, length);
        return text.isEmpty() || text.charAt(text.length() - 1) == REPLACEMENT ? "" : emit(text);
    }

    /** What is held back at the end of a stream; bytes that never became a character come out as U+FFFD. */
    public String flush() {
        return length == finished ? "" : emit(decode(0, length));
    }

    private String emit(String text) {
        String piece = text.substring(Math.min(finishedText.length(), text.length()));
        if (piece.isEmpty()) {
            // A skipped token changes nothing for those after it.
            length = finished > 0 ? length - 1 : length;
            return piece;
        }
        System.arraycopy(window, finished, window, 0, length - finished);
        length -= finished;
        finished = length;
        finishedText = decode(0, finished);
        return piece;
    }

    private String decode(int from, int to) {
        return tokenizer.decode(Arrays.copyOfRange(window, from, to), skipSpecialTokens);
    }
}
