package io.hearth.ui.datasets.reading;

import io.hearth.ui.core.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.dhatim.fastexcel.reader.Cell;
import org.dhatim.fastexcel.reader.CellType;
import org.dhatim.fastexcel.reader.ExcelReaderException;
import org.dhatim.fastexcel.reader.ReadableWorkbook;
import org.dhatim.fastexcel.reader.ReadingOptions;
import org.dhatim.fastexcel.reader.Row;
import org.dhatim.fastexcel.reader.Sheet;

/** The rows of a sheet of an Excel workbook (XLSX), every cell as the text that a person sees. */
final class Workbook {
    /** Whether a ZIP is a workbook. */
    static boolean isWorkbook(DataFile file, Bounds bounds) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(file.open())) {
            int entries = 0;
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().equals("xl/workbook.xml")) {
                    return true;
                }
                if (++entries > 100) {
                    return false;
                }
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    /** Names of the visible sheets. */
    static List<String> sheets(DataFile file, Path folder, Bounds bounds) throws IOException {
        return with(
                file,
                folder,
                bounds,
                workbook -> workbook.getSheets()
                        .filter(sheet -> sheet.getVisibility() == org.dhatim.fastexcel.reader.SheetVisibility.VISIBLE)
                        .map(Sheet::getName)
                        .toList());
    }

    static void read(DataFile file, int number, ImportSettings settings, Path folder, Bounds bounds, RowSink sink)
            throws IOException {
        with(file, folder, bounds, workbook -> {
            Optional<Sheet> sheet = workbook.findSheet(settings.sheet());
            if (sheet.isEmpty()) {
                throw Problem.invalid("datasets.settings.sheet", settings.sheet());
            }
            try (Stream<Row> rows = sheet.get().openStream()) {
                read(rows.iterator(), number, settings, bounds, sink);
            }
            return null;
        });
    }

    private static void read(Iterator<Row> rows, int number, ImportSettings settings, Bounds bounds, RowSink sink) {
        Table table = null;
        while (rows.hasNext()) {
            Row row = rows.next();
            List<String> cells = new ArrayList<>();
            int wrong = -1;
            for (int i = 0; i < row.getCellCount(); i++) {
                Cell cell = row.getCell(i);
                if (cell != null && cell.getType() == CellType.ERROR && wrong < 0) {
                    wrong = i;
                }
                cells.add(cell == null ? "" : text(cell));
            }
            while (!cells.isEmpty()
                    && cells.getLast().isBlank()
                    && (table == null || cells.size() > table.columns().size())) {
                cells.removeLast();
            }
            Place place = new Place(number, row.getRowNum(), wrong < 0 ? 0 : wrong + 1);
            if (cells.stream().allMatch(String::isBlank)) {
                if (table != null) {
                    sink.blank();
                }
            } else if (table == null) {
                table = settings.header() ? Table.named(cells) : Table.numbered(cells.size());
                if (!settings.header()) {
                    row(table, cells, place, wrong, bounds, sink);
                }
            } else {
                row(table, cells, place, wrong, bounds, sink);
            }
        }
    }

    private static void row(Table table, List<String> cells, Place place, int wrong, Bounds bounds, RowSink sink) {
        String excerpt = String.join(" | ", cells);
        if (wrong >= 0) {
            sink.bad(BadRow.of(place, excerpt, "cell-error", cells.get(wrong)));
        } else if (cells.size() > table.columns().size()) {
            sink.bad(BadRow.of(
                    place, excerpt, "cells", cells.size(), table.columns().size()));
        } else if (excerpt.length() > bounds.rowCharacters()) {
            sink.bad(BadRow.of(place, excerpt, "row-too-long", excerpt.length(), bounds.rowCharacters()));
        } else {
            sink.row(place, table.fields(cells));
        }
    }

    private static String text(Cell cell) {
        return switch (cell.getType()) {
            case EMPTY -> "";
            case NUMBER -> number(cell);
            case BOOLEAN -> cell.asBoolean() ? "TRUE" : "FALSE";
            case FORMULA -> cell.getRawValue() == null ? "" : cell.getRawValue();
            default -> cell.getText() == null ? "" : cell.getText();
        };
    }

    private static String number(Cell cell) {
        String format = cell.getDataFormatString();
        if (format != null && isDate(format)) {
            var date = cell.asDate();
            return date.toLocalTime().equals(LocalTime.MIDNIGHT)
                    ? date.toLocalDate().toString()
                    : date.format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss"));
        }
        BigDecimal value = cell.asNumber();
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }

    private static boolean isDate(String format) {
        String plain = format.replaceAll("\"[^\"]*\"|\\[[^\\]]*\\]|\\\\.", "");
        return plain.contains("yy") || plain.contains("d") && plain.contains("m") || plain.contains("h:mm");
    }

    @FunctionalInterface
    private interface Work<T> {
        T with(ReadableWorkbook workbook) throws IOException;
    }

    /** Opens a workbook from a file of its own, after every part of it was inflated once within bounds. */
    private static <T> T with(DataFile file, Path folder, Bounds bounds, Work<T> work) throws IOException {
        Path copy = Files.createTempFile(folder, "workbook", ".xlsx");
        try {
            try (InputStream in = file.open()) {
                Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
            }
            // Formats of cells tell dates from numbers; a workbook may do without the part that holds them.
            boolean formats = inflate(copy, bounds);
            try (ReadableWorkbook workbook = new ReadableWorkbook(copy.toFile(), new ReadingOptions(formats, true))) {
                return work.with(workbook);
            }
        } catch (ExcelReaderException e) {
            throw Problem.invalid("datasets.file.workbook-broken", file.name());
        } catch (Problem e) {
            throw e;
        } catch (IOException
                | IllegalArgumentException
                | IllegalStateException
                | NullPointerException
                | IndexOutOfBoundsException e) {
            throw Problem.invalid("datasets.file.workbook-broken", file.name());
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    /** Inflates every part and tells whether one of them holds formats of cells. */
    private static boolean inflate(Path copy, Bounds bounds) throws IOException {
        ZipDirectory.check(copy, bounds);
        byte[] buffer = new byte[1 << 16];
        long all = 0;
        boolean formats = false;
        try (ZipFile zip = new ZipFile(copy.toFile())) {
            for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().<ZipEntry>map(e -> e)::iterator) {
                long size = 0;
                formats |= entry.getName().endsWith("styles.xml");
                try (InputStream in = CountedStream.inflated(
                        zip.getInputStream(entry), bounds, () -> Math.max(1, entry.getCompressedSize()))) {
                    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                        size += n;
                        all += n;
                        if (all > bounds.workbook()
                                || size > bounds.sharedStrings()
                                        && entry.getName().endsWith("sharedStrings.xml")) {
                            throw Problem.invalid("datasets.file.workbook-large");
                        }
                    }
                }
            }
        }
        return formats;
    }

    private Workbook() {}
}
