package io.hearth.text.rows;

/** Leaves the parsing or encoding of a row; turned into a {@link RowProblem} at the edge of this package. */
final class BadRow extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadRow(String reason) {
        super(reason, null, false, false);
    }
}
