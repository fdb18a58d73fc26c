package io.hearth.ui.datasets;

import io.hearth.ui.core.Json;
import io.hearth.ui.core.Texts;
import io.hearth.ui.datasets.doctor.LineFile;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * All bad rows of an import as a CSV: for a spreadsheet, so it begins with a byte order mark, and no cell begins like a formula.
 */
final class BadRowsCsv {
    /** Writes the bad rows of a file of {@link StoredBadRow}s. */
    static void write(Path badRows, Locale language, OutputStream target) throws IOException {
        try (BufferedReader lines = LineFile.reader(badRows, 0);
                BufferedWriter out = new BufferedWriter(new OutputStreamWriter(target, StandardCharsets.UTF_8))) {
            out.write('\uFEFF');
            CSVPrinter csv = new CSVPrinter(out, CSVFormat.RFC4180);
            csv.printRecord("file", "line", "column", "code", "reason", "row");
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                StoredBadRow row = Json.read(line, StoredBadRow.class);
                csv.printRecord(
                        harmless(row.file()),
                        row.line(),
                        row.column() == 0 ? "" : row.column(),
                        row.code(),
                        harmless(Texts.say(language, row.reason())),
                        harmless(row.excerpt()));
            }
            csv.flush();
        }
    }

    /** A text that a spreadsheet takes for a text. */
    static String harmless(String text) {
        return !text.isEmpty() && "=+-@\t\r\n＝＋－＠".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    }

    private BadRowsCsv() {}
}
