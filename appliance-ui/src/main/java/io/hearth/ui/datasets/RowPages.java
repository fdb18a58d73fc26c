package io.hearth.ui.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Problem;
import io.hearth.ui.datasets.doctor.Difference;
import io.hearth.ui.datasets.doctor.Doctor;
import io.hearth.ui.datasets.doctor.LineFile;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Rows of versions and of imports, page by page. */
@ApplicationScoped
public class RowPages {
    private static final Set<String> GROUPS = Set.of("duplicates", "contradictions", "leaks");

    /**
     * A row.
     *
     * @param number from 0; the training rows come first
     * @param part {@code training} or {@code evaluation}
     * @param line line of the uploaded file, or 0 if that is not known
     * @param row the row in its canonical form
     */
    public record ShownRow(long number, String part, long line, JsonNode row) {}

    /** Rows that belong together. */
    public record ShownGroup(int count, List<ShownRow> rows) {}

    /** A difference between two versions; a side that does not have it is null. */
    public record ShownChange(String kind, JsonNode before, JsonNode after) {}

    /** Counts of a difference, and a page of it. */
    public record ShownDifference(Difference.Counts counts, Paged<ShownChange> changes) {}

    private final DatasetCatalog catalog;
    private final ImportService imports;
    private final ImportFolder folders;
    private final Path indexes;
    private final Path differences;

    public RowPages(DatasetCatalog catalog, ImportService imports, ImportFolder folders, HearthHome home) {
        this.catalog = catalog;
        this.imports = imports;
        this.folders = folders;
        this.indexes = home.folder("datasets/indexes");
        this.differences = home.folder("datasets/differences");
    }

    /**
     * Rows of a version.
     *
     * @param part {@code training}, {@code evaluation}, or null for both
     * @param search text that the row has, without regard to case, or null
     */
    public Paged<ShownRow> ofVersion(
            Actor actor, String reference, String part, String search, long offset, int limit) {
        DatasetVersion version = catalog.version(actor, reference).version();
        try {
            if (search != null && !search.isBlank()) {
                return search(version, part, search, offset, limit);
            }
            List<ShownRow> rows = new ArrayList<>();
            long from = "evaluation".equals(part) ? version.trainRows() : 0;
            long to = "training".equals(part) ? version.trainRows() : version.rows();
            long at = from + offset;
            for (String line : lines(version, at, (int) Math.min(limit, Math.max(0, to - at)))) {
                rows.add(row(version, at++, line));
            }
            return new Paged<>(rows, to - from, offset);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Paged<ShownRow> search(DatasetVersion version, String part, String search, long offset, int limit)
            throws IOException {
        String wanted = search.toLowerCase(Locale.ROOT);
        List<ShownRow> rows = new ArrayList<>();
        long total = 0;
        List<Path> files = catalog.files(version);
        for (int i = 0; i < files.size(); i++) {
            boolean held = i == 1;
            if (part != null && part.equals("training") == held) {
                continue;
            }
            LineFile.Matches matches = LineFile.search(
                    files.get(i),
                    line -> line.toLowerCase(Locale.ROOT).contains(wanted),
                    Math.max(0, offset - total),
                    limit - rows.size());
            for (LineFile.Numbered found : matches.lines()) {
                rows.add(row(version, (held ? version.trainRows() : 0) + found.number(), found.line()));
            }
            total += matches.total();
        }
        return new Paged<>(rows, total, offset);
    }

    /** Lines of a version from a number on, over both files. */
    List<String> lines(DatasetVersion version, long from, int limit) throws IOException {
        List<String> lines = new ArrayList<>();
        if (from < version.trainRows()) {
            lines.addAll(
                    LineFile.page(catalog.files(version).getFirst(), index(version.trainBlob(), version), from, limit));
        }
        if (lines.size() < limit && version.evaluationBlob() != null) {
            lines.addAll(LineFile.page(
                    catalog.files(version).getLast(),
                    index(version.evaluationBlob(), version),
                    Math.max(0, from - version.trainRows()),
                    limit - lines.size()));
        }
        return lines;
    }

    private Path index(String blob, DatasetVersion version) throws IOException {
        Path index = indexes.resolve(blob);
        if (!Files.exists(index)) {
            List<Path> files = catalog.files(version);
            LineFile.makeIndex(blob.equals(version.trainBlob()) ? files.getFirst() : files.getLast(), index);
        }
        return index;
    }

    private static ShownRow row(DatasetVersion version, long number, String line) {
        return new ShownRow(
                number, number < version.trainRows() ? "training" : "evaluation", 0, Json.read(line, JsonNode.class));
    }

    /** Good rows of an import. */
    public Paged<ShownRow> ofImport(Actor actor, String id, long offset, int limit) {
        Report report = read(actor, id).report();
        try {
            List<ShownRow> rows = new ArrayList<>();
            for (long at = offset; at < Math.min(offset + limit, report.rows()); at++) {
                rows.add(importRow(id, report, at));
            }
            return new Paged<>(rows, report.rows(), offset);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What the doctor has found.
     *
     * @param kind {@code duplicates}, {@code contradictions} or {@code leaks}
     */
    public Paged<ShownGroup> groups(Actor actor, String id, String kind, long offset, int limit) {
        if (!GROUPS.contains(kind)) {
            throw Problem.invalid("datasets.settings.one-of", "kind", kind, String.join(", ", GROUPS));
        }
        Report report = read(actor, id).report();
        try {
            List<ShownGroup> groups = new ArrayList<>();
            for (String line : LineFile.page(folders.of(id).resolve(kind + ".jsonl"), offset, limit)) {
                Doctor.Group group = Json.read(line, Doctor.Group.class);
                List<ShownRow> rows = new ArrayList<>();
                for (int row : group.rows()) {
                    rows.add(importRow(id, report, row));
                }
                groups.add(new ShownGroup(group.count(), rows));
            }
            long total = switch (kind) {
                case "duplicates" -> report.findings().duplicateGroups();
                case "contradictions" -> report.findings().contradictionGroups();
                default -> report.findings().leaks();
            };
            return new Paged<>(groups, total, offset);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ShownRow importRow(String id, Report report, long number) throws IOException {
        boolean held = number >= report.training().rows();
        Path folder = folders.of(id);
        Path file = folder.resolve(held ? Reading.EVALUATION : Reading.TRAINING);
        String line = LineFile.page(file, held ? number - report.training().rows() : number, 1)
                .getFirst();
        try (RandomAccessFile lines =
                new RandomAccessFile(folder.resolve(Reading.LINES).toFile(), "r")) {
            lines.seek(number * Integer.BYTES);
            return new ShownRow(
                    number, held ? "evaluation" : "training", lines.readInt(), Json.read(line, JsonNode.class));
        }
    }

    private Import read(Actor actor, String id) {
        Import one = imports.get(actor, id);
        if (one.report() == null || one.report().findings() == null) {
            throw Problem.conflict("datasets.import.not-ready");
        }
        return one;
    }

    /** What differs between two versions. */
    public ShownDifference difference(Actor actor, String from, String to, long offset, int limit) {
        DatasetVersion before = catalog.version(actor, from).version();
        DatasetVersion after = catalog.version(actor, to).version();
        try {
            Difference.Counts counts = compared(before, after);
            List<ShownChange> shown = new ArrayList<>();
            for (String line : LineFile.page(changes(before, after), offset, limit)) {
                Difference.Change change = Json.read(line, Difference.Change.class);
                shown.add(new ShownChange(change.kind(), row(before, change.before()), row(after, change.after())));
            }
            long total = counts.added() + counts.removed() + counts.changed();
            return new ShownDifference(counts, new Paged<>(shown, total, offset));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path changes(DatasetVersion before, DatasetVersion after) {
        return differences.resolve(before.id() + "-" + after.id() + ".jsonl");
    }

    /** Compares once; versions never change, so what was found holds for good. */
    private synchronized Difference.Counts compared(DatasetVersion before, DatasetVersion after) throws IOException {
        Path changes = changes(before, after);
        Path counts = changes.resolveSibling(changes.getFileName() + ".counts");
        if (Files.exists(counts)) {
            return Json.read(Files.readString(counts), Difference.Counts.class);
        }
        Difference.Counts found = Difference.between(catalog.files(before), catalog.files(after), changes);
        Path part = counts.resolveSibling(counts.getFileName() + ".part");
        Files.writeString(part, Json.write(found));
        Files.move(part, counts, StandardCopyOption.ATOMIC_MOVE);
        return found;
    }

    private JsonNode row(DatasetVersion version, int number) throws IOException {
        return number < 0 ? null : Json.read(lines(version, number, 1).getFirst(), JsonNode.class);
    }
}
