package io.hearth.ui.datasets.reading;

import java.util.Map;

/**
 * How a file is read. As a wish of a user, null means: find out. As what was found, null means: does not apply.
 *
 * @param encoding {@code utf-8}, {@code utf-16le}, {@code utf-16be}, {@code gb18030}, or another of {@link Encodings#NAMES}
 * @param format {@code jsonl}, {@code json}, {@code csv}, {@code xlsx}, {@code txt} or {@code markdown}; a TSV is a CSV with tabs
 * @param delimiter one character between the cells of a CSV
 * @param quote one character around a cell of a CSV
 * @param header whether the first row of a table names its columns
 * @param sheet name of the sheet of a workbook
 * @param unit what a row of a text is: {@code line}, {@code paragraph}, {@code section} or {@code file}
 * @param shape {@code messages}, {@code sharegpt}, {@code alpaca}, {@code prompt-completion}, {@code text} or {@code tokens}
 * @param columns for each field of the shape, the column it is taken from
 */
public record ImportSettings(
        String encoding,
        String format,
        String delimiter,
        String quote,
        Boolean header,
        String sheet,
        String unit,
        String shape,
        Map<String, String> columns) {
    /** Find out everything. */
    public static final ImportSettings AUTOMATIC =
            new ImportSettings(null, null, null, null, null, null, null, null, null);

    ImportSettings withText(String encoding, String format) {
        return new ImportSettings(encoding, format, delimiter, quote, header, sheet, unit, shape, columns);
    }

    ImportSettings withTable(String delimiter, String quote, Boolean header, String sheet) {
        return new ImportSettings(encoding, format, delimiter, quote, header, sheet, unit, shape, columns);
    }

    ImportSettings withUnit(String unit) {
        return new ImportSettings(encoding, format, delimiter, quote, header, sheet, unit, shape, columns);
    }

    /** With a mapping. */
    public ImportSettings withMapping(String shape, Map<String, String> columns) {
        return new ImportSettings(encoding, format, delimiter, quote, header, sheet, unit, shape, columns);
    }
}
