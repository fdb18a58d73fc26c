package io.hearth.text.rows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A row as training takes it.
 *
 * @param line line in the file, counted from 1
 * @param inputIds the tokens
 * @param trained whether the token at that place is a target that the loss counts; the prediction of it is made at the
 *     place before, so the first entry never counts
 */
public record EncodedRow(int line, int[] inputIds, boolean[] trained) {
    public EncodedRow {
        if (inputIds.length != trained.length) {
            throw new IllegalArgumentException(inputIds.length + " tokens, " + trained.length + " marks");
        }
    }

    public int length() {
        return inputIds.length;
    }

    /** How many targets the loss counts. */
    public int trainedCount() {
        int count = 0;
        for (int i = 1; i < trained.length; i++) {
            count += trained[i] ? 1 : 0;
        }
        return count;
    }

    /** A run of tokens that are all trained, or all not. */
    public record Piece(int start, int end, boolean trained) {}

    /** The runs of the row in order, for showing what is learnt. */
    public List<Piece> pieces() {
        List<Piece> pieces = new ArrayList<>();
        int start = 0;
        for (int i = 1; i <= trained.length; i++) {
            if (i == trained.length || trained[i] != trained[start]) {
                pieces.add(new Piece(start, i, trained[start]));
                start = i;
            }
        }
        return pieces;
    }

    EncodedRow truncatedTo(int length) {
        return new EncodedRow(line, Arrays.copyOf(inputIds, length), Arrays.copyOf(trained, length));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EncodedRow row
                && line == row.line
                && Arrays.equals(inputIds, row.inputIds)
                && Arrays.equals(trained, row.trained);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * line + Arrays.hashCode(inputIds)) + Arrays.hashCode(trained);
    }

    @Override
    public String toString() {
        return "line " + line + ": " + Arrays.toString(inputIds) + " trained " + Arrays.toString(trained);
    }
}
