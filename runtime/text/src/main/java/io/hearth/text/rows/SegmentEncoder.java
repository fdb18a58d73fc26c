package io.hearth.text.rows;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Encodes a text whose tokens must not cross certain places. Up to each place the tokens are those of the text before
 * it encoded as one, which is what a server gives a prompt that ends there; only where a token would cross an earlier
 * place, the part after that place is encoded by itself.
 */
final class SegmentEncoder {
    private final String text;
    private final Function<String, int[]> encode;
    private int position;
    private int[] ids = new int[0];
    private boolean[] trained = new boolean[0];

    SegmentEncoder(String text, Function<String, int[]> encode) {
        this.text = text;
        this.encode = encode;
    }

    /** Takes the text up to a place; {@code learn} tells whether its tokens are targets. */
    void upTo(int end, boolean learn) {
        if (end == position) {
            return;
        }
        int[] joint = encode.apply(text.substring(0, end));
        if (!startsWith(joint, ids)) {
            int[] part = encode.apply(text.substring(position, end));
            joint = Arrays.copyOf(ids, ids.length + part.length);
            System.arraycopy(part, 0, joint, ids.length, part.length);
        }
        boolean[] marks = Arrays.copyOf(trained, joint.length);
        Arrays.fill(marks, ids.length, joint.length, learn);
        ids = joint;
        trained = marks;
        position = end;
    }

    /** @param end a token to be learnt after the text, unless the text ends with it */
    EncodedRow toRow(int line, OptionalInt end) {
        if (end.isEmpty() || ids.length > 0 && ids[ids.length - 1] == end.getAsInt()) {
            return new EncodedRow(line, ids, trained);
        }
        int[] longer = Arrays.copyOf(ids, ids.length + 1);
        longer[ids.length] = end.getAsInt();
        boolean[] marks = Arrays.copyOf(trained, longer.length);
        marks[ids.length] = true;
        return new EncodedRow(line, longer, marks);
    }

    private static boolean startsWith(int[] whole, int[] start) {
        return whole.length >= start.length && Arrays.equals(whole, 0, start.length, start, 0, start.length);
    }
}
