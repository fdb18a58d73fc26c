package io.hearth.ui.datasets;

import io.hearth.text.JsonText;
import io.hearth.ui.datasets.doctor.Doctor;
import io.hearth.ui.datasets.reading.DatasetReader;
import io.hearth.ui.datasets.reading.ImportSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an import has found.
 *
 * @param training the file with rows to learn
 * @param evaluation the separate file with rows to hold out, or null
 * @param findings how the rows are related; null if nothing could be read
 */
public record Report(Part training, Part evaluation, Doctor.Findings findings) {
    /**
     * One of the files.
     *
     * @param container {@code plain}, {@code gzip} or {@code zip}
     * @param files names of the data files in it
     * @param settings how it was read
     * @param columns columns or fields that its beginning has
     * @param unused those of them that are not used
     * @param sheets sheets of a workbook
     * @param sample the first rows, column by column, shortened
     * @param shape how its rows are kept; null if the mapping is not known
     * @param rows good rows
     * @param badRows rows that cannot be used
     * @param blankRows rows of a table with nothing in them
     * @param badByCode how many bad rows there are of each kind
     * @param characters how many rows have up to 2^i characters, by i
     * @param bytes bytes of the good rows in their canonical form
     */
    public record Part(
            String container,
            List<String> files,
            ImportSettings settings,
            List<String> columns,
            List<String> unused,
            List<String> sheets,
            List<Map<String, String>> sample,
            String shape,
            long rows,
            long badRows,
            long blankRows,
            Map<String, Long> badByCode,
            List<Long> characters,
            long bytes) {}

    private static final int SHOWN = 300;

    static Part part(
            DatasetReader.Found found,
            String shape,
            long rows,
            long badRows,
            long blankRows,
            Map<String, Long> badByCode,
            List<Long> characters,
            long bytes) {
        List<Map<String, String>> sample = found.sample().stream()
                .map(row -> {
                    Map<String, String> shown = new LinkedHashMap<>();
                    row.forEach((column, value) -> shown.put(column, shorten(value)));
                    return shown;
                })
                .toList();
        return new Part(
                found.container(),
                found.files(),
                found.settings(),
                found.columns(),
                found.unused(),
                found.sheets(),
                sample,
                shape,
                rows,
                badRows,
                blankRows,
                badByCode,
                characters,
                bytes);
    }

    private static String shorten(Object value) {
        String text = value instanceof String plain ? plain : JsonText.line(value);
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }

    /** Good rows of both files. */
    public long rows() {
        return training.rows() + (evaluation == null ? 0 : evaluation.rows());
    }

    /** Bad rows of both files. */
    public long badRows() {
        return training.badRows() + (evaluation == null ? 0 : evaluation.badRows());
    }
}
