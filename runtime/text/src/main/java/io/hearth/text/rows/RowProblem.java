package io.hearth.text.rows;

/**
 * Why a line is not used.
 *
 * @param line line in the file, counted from 1
 * @param column character within the line, counted from 1; 0 where the problem is the row as a whole
 * @param reason a clear sentence
 */
public record RowProblem(int line, int column, String reason) implements RowItem {
    @Override
    public String toString() {
        return "line " + line + (column > 0 ? ", column " + column : "") + ": " + reason;
    }
}
