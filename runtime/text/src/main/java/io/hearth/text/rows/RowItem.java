package io.hearth.text.rows;

/** What a line of a dataset turns out to be: a row, or a problem that a person has to mend. */
public sealed interface RowItem permits Row, RowProblem {
    /** The line in the file, counted from 1. */
    int line();
}
