package io.hearth.ui.datasets.reading;

import java.io.IOException;

/** The rows of a CSV or TSV. */
final class CsvTable {
    static void read(DecodedText text, int file, ImportSettings settings, Bounds bounds, RowSink sink)
            throws IOException {
        CsvText csv = new CsvText(
                text, settings.delimiter().charAt(0), settings.quote().charAt(0));
        Table table = null;
        for (CsvText.Line line = csv.next(); line != null; line = csv.next()) {
            if (line.fault() != null) {
                sink.bad(BadRow.of(new Place(file, line.line(), line.column()), line.raw(), line.fault()));
            } else if (line.blank()) {
                if (line.cells().size() > 1) {
                    sink.blank();
                }
            } else if (table == null) {
                table = settings.header()
                        ? Table.named(line.cells())
                        : Table.numbered(line.cells().size());
                if (!settings.header()) {
                    row(table, line, file, bounds, sink);
                }
            } else {
                row(table, line, file, bounds, sink);
            }
        }
    }

    private static void row(Table table, CsvText.Line line, int file, Bounds bounds, RowSink sink) {
        Place place = new Place(file, line.line(), 0);
        long length = line.cells().stream().mapToLong(String::length).sum();
        if (line.cells().size() != table.columns().size()) {
            sink.bad(BadRow.of(
                    place,
                    String.join(" | ", line.cells()),
                    "cells",
                    line.cells().size(),
                    table.columns().size()));
        } else if (length > bounds.rowCharacters()) {
            sink.bad(BadRow.of(place, line.cells().getFirst(), "row-too-long", length, bounds.rowCharacters()));
        } else {
            sink.row(place, table.fields(line.cells()));
        }
    }

    private CsvTable() {}
}
