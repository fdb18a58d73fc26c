package io.hearth.ui.datasets.reading;

import io.hearth.text.rows.Row;
import io.hearth.ui.core.Problem;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipException;

/** Reads an uploaded file from its wrapping to its canonical rows, in flat memory. */
public final class DatasetReader {
    private static final int SAMPLE = 200;
    private static final int SAMPLE_CHARACTERS = 4 << 20;
    private static final int SHOWN = 5;

    /** Takes what is read. */
    public interface Output {
        /** Names of the data files, before their rows. */
        default void files(List<String> names) {}

        /**
         * A good row.
         *
         * @param line the row in its canonical form
         */
        void accepted(Place place, Row row, String line);

        /** A row that is not used. */
        void bad(BadRow row);

        /** A row of a table with nothing in it. */
        void blank();

        /** Bytes read so far, of all. May throw to end the reading. */
        default void progress(long read, long total) {}
    }

    /**
     * How a file was read.
     *
     * @param container {@code plain}, {@code gzip} or {@code zip}
     * @param files names of the data files
     * @param settings how they were read; without a shape if the columns' names do not tell what they mean
     * @param columns all columns that the beginning of the file has
     * @param unused those that no field is taken from
     * @param sample the first rows as they stand there
     * @param sheets sheets of the workbook, if it is one
     */
    public record Found(
            String container,
            List<String> files,
            ImportSettings settings,
            List<String> columns,
            List<String> unused,
            List<Map<String, Object>> sample,
            List<String> sheets) {}

    /** Ends the reading of a sample. */
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Enough() {
            super(null, null, false, false);
        }
    }

    private final Path folder;
    private final Bounds bounds;

    /** @param folder for files that are needed meanwhile */
    public DatasetReader(Path folder, Bounds bounds) {
        this.folder = folder;
        this.bounds = bounds;
    }

    /**
     * Reads a file.
     *
     * @param name its name as the user gave it
     * @param wish what the user has settled
     * @throws Problem if the file as a whole cannot be read
     */
    public Found read(Path file, String name, ImportSettings wish, Output output) throws IOException {
        try (Container container = Container.open(file, name, bounds)) {
            List<ImportSettings> formats = new ArrayList<>();
            for (DataFile data : container.files()) {
                formats.add(new FormatDetector(data, folder, bounds).detect(wish));
            }
            Set<String> different = new LinkedHashSet<>();
            formats.forEach(format -> different.add(format.format()));
            if (different.size() > 1) {
                throw Problem.invalid("datasets.file.zip-formats", String.join(", ", different));
            }
            Found found = mapping(container, formats.getFirst());
            if (found.settings().shape() == null) {
                return found;
            }
            output.files(found.files());
            container.countAnew();
            for (int i = 0; i < container.files().size(); i++) {
                ImportSettings settings = formats.get(i)
                        .withMapping(found.settings().shape(), found.settings().columns());
                RowSink mapper = new RowMapper(settings, isTable(settings), output);
                read(container.files().get(i), i, settings, new Watched(mapper, container, output));
            }
            output.progress(container.total(), container.total());
            return found;
        } catch (ZipException | EOFException e) {
            throw Problem.invalid("datasets.file.compressed-broken", name);
        }
    }

    /** Key of the shape in which the rows of a file are kept. */
    public static String keptShape(ImportSettings settings) {
        return Shapes.key(Shapes.kept(Shapes.of(settings.shape()), settings.columns()));
    }

    private static boolean isTable(ImportSettings settings) {
        return settings.format().equals("csv") || settings.format().equals("xlsx");
    }

    private Found mapping(Container container, ImportSettings settings) throws IOException {
        List<Map<String, Object>> sample = sample(container.files().getFirst(), settings);
        boolean named = !isTable(settings) || settings.header();
        MappingDetector detector = new MappingDetector(sample, named);
        Optional<ImportSettings> mapped = sample.isEmpty()
                ? Optional.of(settings.withMapping("text", Map.of("text", "text")))
                : detector.detect(settings);
        ImportSettings result = mapped.orElse(settings.withMapping(null, null));
        List<String> columns = List.copyOf(detector.columns());
        List<String> unused = columns.stream()
                .filter(column -> result.columns() == null || !result.columns().containsValue(column))
                .toList();
        return new Found(
                container.kind(),
                container.files().stream().map(DataFile::name).toList(),
                result,
                columns,
                unused,
                sample.subList(0, Math.min(SHOWN, sample.size())),
                settings.format().equals("xlsx")
                        ? Workbook.sheets(container.files().getFirst(), folder, bounds)
                        : List.of());
    }

    private List<Map<String, Object>> sample(DataFile file, ImportSettings settings) throws IOException {
        List<Map<String, Object>> sample = new ArrayList<>();
        RowSink first = new RowSink() {
            private int seen;
            private long characters;

            @Override
            public void row(Place place, Map<String, Object> values) {
                sample.add(values);
                characters += values.toString().length();
                count();
            }

            @Override
            public void bad(BadRow row) {
                count();
            }

            @Override
            public void blank() {}

            private void count() {
                if ((++seen >= SAMPLE || characters > SAMPLE_CHARACTERS) && !sample.isEmpty()) {
                    throw new Enough();
                }
            }
        };
        try {
            read(file, 0, settings, first);
        } catch (Enough e) {
            return sample;
        }
        return sample;
    }

    private void read(DataFile file, int number, ImportSettings settings, RowSink sink) throws IOException {
        if (settings.format().equals("xlsx")) {
            Workbook.read(file, number, settings, folder, bounds, sink);
            return;
        }
        Encodings.Encoding encoding = Encodings.detect(file, settings.encoding());
        try (DecodedText text = new DecodedText(file, encoding)) {
            switch (settings.format()) {
                case "jsonl" -> JsonLines.read(text, number, bounds, sink);
                case "json" -> JsonDocument.read(text, number, file.name(), bounds, sink);
                case "csv" -> CsvTable.read(text, number, settings, bounds, sink);
                default -> TextRows.read(text, number, settings.unit(), bounds, sink);
            }
        }
    }

    /** Tells the progress with every row. */
    private record Watched(RowSink sink, Container container, Output output) implements RowSink {
        @Override
        public void row(Place place, Map<String, Object> values) {
            sink.row(place, values);
            tell();
        }

        @Override
        public void bad(BadRow row) {
            sink.bad(row);
            tell();
        }

        @Override
        public void blank() {
            sink.blank();
        }

        private void tell() {
            output.progress(container.read(), container.total());
        }
    }
}
