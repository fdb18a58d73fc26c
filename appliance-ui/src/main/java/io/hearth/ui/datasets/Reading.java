package io.hearth.ui.datasets;

import io.hearth.text.rows.Row;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Problem;
import io.hearth.ui.datasets.doctor.Doctor;
import io.hearth.ui.datasets.doctor.LineFile;
import io.hearth.ui.datasets.reading.BadRow;
import io.hearth.ui.datasets.reading.Bounds;
import io.hearth.ui.datasets.reading.DatasetReader;
import io.hearth.ui.datasets.reading.ImportSettings;
import io.hearth.ui.datasets.reading.Place;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One reading of an import's files into its folder: {@code training.jsonl} and {@code evaluation.jsonl} with the canonical rows,
 * {@code bad.jsonl} with those that cannot be used, {@code lines} with the line of each good row, and what the {@link Doctor} writes.
 */
final class Reading {
    static final String TRAINING = "training.jsonl";
    static final String EVALUATION = "evaluation.jsonl";
    static final String BAD = "bad.jsonl";
    static final String LINES = "lines";

    private static final int TELL_EVERY = 256;

    /** A file to read. */
    record Input(Path file, String name) {}

    private final Path folder;
    private final Bounds bounds;
    private final Consumer<Progress> progress;
    private long rows;
    private long badRows;
    private long work;

    /** @param progress is told now and then how far it is; may throw to end the reading */
    Reading(Path folder, Bounds bounds, Consumer<Progress> progress) {
        this.folder = folder;
        this.bounds = bounds;
        this.progress = progress;
    }

    /**
     * Reads.
     *
     * @param evaluation the separate file to hold out, or null
     * @return the report; if the mapping is not known, without findings
     * @throws Problem if a file cannot be used
     */
    Report read(Input training, Input evaluation, ImportSettings wish) throws IOException {
        try (Doctor doctor = new Doctor(folder);
                LineFile.Writer bad = new LineFile.Writer(folder.resolve(BAD));
                DataOutputStream lines = new DataOutputStream(
                        new BufferedOutputStream(Files.newOutputStream(folder.resolve(LINES)), 1 << 16))) {
            Report.Part first = part(training, wish, TRAINING, doctor, bad, lines);
            if (first.shape() == null) {
                return new Report(first, null, null);
            }
            List<Path> files = new ArrayList<>(List.of(folder.resolve(TRAINING)));
            Report.Part second = null;
            if (evaluation != null) {
                ImportSettings same =
                        new ImportSettings(null, null, null, null, null, null, null, wish.shape(), wish.columns());
                second = part(evaluation, same, EVALUATION, doctor, bad, lines);
                checkSame(first, second, evaluation.name());
                files.add(folder.resolve(EVALUATION));
            }
            long all = rows;
            work = 0;
            Doctor.Findings findings = doctor.examine(files, (int) first.rows(), () -> {
                if (++work % TELL_EVERY == 0) {
                    progress.accept(new Progress("comparing", work, all, rows, badRows));
                }
            });
            return new Report(first, second, findings);
        }
    }

    private static void checkSame(Report.Part first, Report.Part second, String name) {
        if (second.shape() == null) {
            throw Problem.invalid("datasets.evaluation.mapping", name, String.join(", ", second.columns()));
        }
        if (!second.shape().equals(first.shape()) && second.rows() > 0 && first.rows() > 0) {
            throw Problem.invalid("datasets.evaluation.shape", name, second.shape(), first.shape());
        }
    }

    private Report.Part part(
            Input input, ImportSettings wish, String target, Doctor doctor, LineFile.Writer bad, DataOutputStream lines)
            throws IOException {
        try (Sink sink = new Sink(new LineFile.Writer(folder.resolve(target)), doctor, bad, lines)) {
            DatasetReader.Found found = new DatasetReader(folder, bounds).read(input.file(), input.name(), wish, sink);
            String shape = found.settings().shape() == null ? null : DatasetReader.keptShape(found.settings());
            if (shape != null && sink.out.lines() + sink.bad() == 0) {
                throw Problem.invalid("datasets.file.no-rows", input.name());
            }
            return Report.part(
                    found,
                    shape,
                    sink.out.lines(),
                    sink.bad(),
                    sink.blank,
                    sink.byCode,
                    sink.lengths(),
                    sink.out.bytes());
        }
    }

    /** Writes what is read. */
    private final class Sink implements DatasetReader.Output, AutoCloseable {
        private final LineFile.Writer out;
        private final Doctor doctor;
        private final LineFile.Writer badRowsOut;
        private final DataOutputStream lines;
        private final Map<String, Long> byCode = new TreeMap<>();
        private final long[] lengths = new long[32];
        private List<String> names = List.of("");
        private long blank;

        Sink(LineFile.Writer out, Doctor doctor, LineFile.Writer badRowsOut, DataOutputStream lines) {
            this.out = out;
            this.doctor = doctor;
            this.badRowsOut = badRowsOut;
            this.lines = lines;
        }

        @Override
        public void files(List<String> names) {
            this.names = names;
        }

        @Override
        public void accepted(Place place, Row row, String line) {
            out.line(line);
            doctor.add(row, line);
            lengths[31 - Integer.numberOfLeadingZeros(Math.max(1, line.length()))]++;
            try {
                lines.writeInt((int) Math.min(Integer.MAX_VALUE, place.line()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            rows++;
        }

        @Override
        public void bad(BadRow row) {
            String file = names.get(Math.min(row.place().file(), names.size() - 1));
            badRowsOut.line(Json.write(new StoredBadRow(
                    file, row.place().line(), row.place().column(), row.code(), row.arguments(), row.excerpt())));
            byCode.merge(row.code(), 1L, Long::sum);
            badRows++;
        }

        @Override
        public void blank() {
            blank++;
        }

        @Override
        public void progress(long read, long total) {
            if (++work % TELL_EVERY == 0 || read == total) {
                progress.accept(new Progress("reading", read, total, rows, badRows));
            }
        }

        long bad() {
            return byCode.values().stream().mapToLong(Long::longValue).sum();
        }

        List<Long> lengths() {
            List<Long> all = new ArrayList<>();
            for (long count : lengths) {
                all.add(count);
            }
            while (!all.isEmpty() && all.getLast() == 0) {
                all.removeLast();
            }
            return all;
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
