package io.hearth.ui.datasets.doctor;

import io.hearth.text.rows.Row;
import io.hearth.text.rows.RowReader;
import io.hearth.ui.core.Json;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What differs between the rows of two versions. Rows are matched by their content, then by their question: a question that has another
 * answer is changed, one that only one of them has is added or removed. The order of rows does not matter.
 */
public final class Difference {
    /** Changes that are written down; the counts are of all. */
    private static final int MOST = 10_000;

    /** How many rows differ, and how many are the same. */
    public record Counts(long added, long removed, long changed, long same) {}

    /**
     * One difference.
     *
     * @param kind {@code added}, {@code removed} or {@code changed}
     * @param before number of the row in the earlier version, or -1
     * @param after number of the row in the later version, or -1
     */
    public record Change(String kind, int before, int after) {}

    private final List<Integer> before = new ArrayList<>();
    private final List<Integer> after = new ArrayList<>();
    private final LineFile.Writer out;
    private long added;
    private long removed;
    private long changed;
    private long same;

    private Difference(LineFile.Writer out) {
        this.out = out;
    }

    /**
     * Compares, and writes the changes to a file, one {@link Change} a line.
     *
     * @param earlier files of the earlier version, the training rows first
     * @param later files of the later version
     */
    public static Counts between(List<Path> earlier, List<Path> later, Path changes) throws IOException {
        Path folder = Files.createTempDirectory(changes.getParent(), "difference");
        try (RecordSorter sorter = new RecordSorter(folder, "rows", 29);
                LineFile.Writer out = new LineFile.Writer(changes)) {
            add(sorter, earlier, (byte) 0);
            add(sorter, later, (byte) 1);
            return new Difference(out).compare(sorter);
        } finally {
            Files.delete(folder);
        }
    }

    /** Records: 16 bytes of the question, 8 of the row, the side, the number. */
    private static void add(RecordSorter sorter, List<Path> files, byte side) throws IOException {
        int number = 0;
        for (Path file : files) {
            try (BufferedReader lines = LineFile.reader(file, 0)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    sorter.add(ByteBuffer.allocate(29)
                            .put(Hashes.sha256(Prompts.context(row(line))), 0, 16)
                            .put(Hashes.sha256(line), 0, 8)
                            .put(side)
                            .putInt(number++)
                            .array());
                }
            }
        }
    }

    private static Row row(String line) {
        try (RowReader reader = RowReader.of(new ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8)))) {
            return (Row) reader.next();
        }
    }

    private Counts compare(RecordSorter sorter) throws IOException {
        try (RecordSorter.Sorted sorted = sorter.sorted()) {
            byte[] key = null;
            List<Integer> sameBefore = new ArrayList<>();
            List<Integer> sameAfter = new ArrayList<>();
            for (byte[] record = sorted.next(); record != null; record = sorted.next()) {
                if (key != null && !Arrays.equals(record, 0, 24, key, 0, 24)) {
                    matchSame(sameBefore, sameAfter);
                    if (!Arrays.equals(record, 0, 16, key, 0, 16)) {
                        matchChanged();
                    }
                }
                key = Arrays.copyOf(record, 24);
                int number = ByteBuffer.wrap(record, 25, 4).getInt();
                (record[24] == 0 ? sameBefore : sameAfter).add(number);
            }
            matchSame(sameBefore, sameAfter);
            matchChanged();
        }
        return new Counts(added, removed, changed, same);
    }

    /** Rows with the same content; what one side has more often is left for {@link #matchChanged}. */
    private void matchSame(List<Integer> sameBefore, List<Integer> sameAfter) {
        int common = Math.min(sameBefore.size(), sameAfter.size());
        same += common;
        before.addAll(sameBefore.subList(common, sameBefore.size()));
        after.addAll(sameAfter.subList(common, sameAfter.size()));
        sameBefore.clear();
        sameAfter.clear();
    }

    private void matchChanged() {
        int common = Math.min(before.size(), after.size());
        changed += common;
        added += after.size() - common;
        removed += before.size() - common;
        for (int i = 0; i < Math.max(before.size(), after.size()) && out.lines() < MOST; i++) {
            String kind = i < common ? "changed" : i < after.size() ? "added" : "removed";
            out.line(Json.write(
                    new Change(kind, i < before.size() ? before.get(i) : -1, i < after.size() ? after.get(i) : -1)));
        }
        before.clear();
        after.clear();
    }
}
