package io.hearth.text.rows;

import java.util.List;

/**
 * Why a line is not used.
 *
 * @param line line in the file, counted from 1
 * @param column character within the line, counted from 1; 0 where the problem is the row as a whole
 * @param code what is wrong, stable: {@link RowFault#code()}
 * @param arguments what the sentence of that fault names, in order
 * @param reason a clear sentence in English
 */
public record RowProblem(int line, int column, String code, List<String> arguments, String reason) implements RowItem {
    public RowProblem {
        arguments = List.copyOf(arguments);
    }

    @Override
    public String toString() {
        return "line " + line + (column > 0 ? ", column " + column : "") + ": " + reason;
    }
}
