package io.hearth.ui.datasets;

import io.hearth.ui.core.Sentence;
import java.util.List;

/**
 * A bad row as it is kept beside an import.
 *
 * @param file name of the data file
 * @param line line or row of a sheet, from 1
 * @param column character or column, from 1; 0 if the row as a whole is meant
 * @param code what is wrong
 * @param arguments what the sentence names
 * @param excerpt how the row begins
 */
public record StoredBadRow(String file, long line, int column, String code, List<String> arguments, String excerpt) {
    /** What to say. */
    public Sentence reason() {
        return new Sentence("datasets.row." + code, List.copyOf(arguments));
    }
}
