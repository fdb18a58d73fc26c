package io.hearth.ui.datasets.doctor;

import io.hearth.text.rows.Row;
import io.hearth.text.rows.RowItem;
import io.hearth.text.rows.RowReader;
import io.hearth.ui.core.Json;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Compares rows with each other while and after they are read. Writes beside the rows {@code duplicates.jsonl},
 * {@code contradictions.jsonl}, {@code leaks.jsonl} (one {@link Group} a line), {@code clusters} and {@code copies}.
 */
public final class Doctor implements Closeable {
    /** Groups that are written down; the counts are of all. */
    private static final int MOST_GROUPS = 10_000;

    private static final int MOST_ROWS = 50;

    /**
     * Rows that belong together.
     *
     * @param count how many
     * @param rows their numbers from 0, the first 50
     */
    public record Group(int count, List<Integer> rows) {}

    /**
     * What was found.
     *
     * @param duplicateGroups rows that occur more than once
     * @param copies how many rows are repetitions
     * @param contradictionGroups questions with different answers
     * @param contradictingRows rows with such a question
     * @param clusters clusters of near-duplicates, rows that are alone among them
     * @param largestCluster rows of the largest one
     * @param leaks rows of the evaluation file that have a near-duplicate among the training rows
     */
    public record Findings(
            int duplicateGroups,
            int copies,
            int contradictionGroups,
            int contradictingRows,
            int clusters,
            int largestCluster,
            int leaks) {}

    private final Path folder;
    private final RecordSorter lines;
    private final RecordSorter questions;
    private final CommonPieces common = new CommonPieces();
    private int rows;

    public Doctor(Path folder) {
        this.folder = folder;
        this.lines = new RecordSorter(folder, "lines", 20);
        this.questions = new RecordSorter(folder, "questions", 28);
    }

    /** Takes the next row. */
    public void add(Row row, String line) {
        lines.add(Hashes.keyed(line, rows));
        if (!(row instanceof Row.PlainText) && !(row instanceof Row.Tokens)) {
            questions.add(Hashes.keyed(Prompts.context(row), Prompts.answer(row), rows));
        }
        common.count(Shingles.of(Prompts.asked(row)));
        rows++;
    }

    /**
     * Compares all rows.
     *
     * @param files the rows' files in the order in which they were added
     * @param evaluationFrom number of the first row of a separate evaluation file; the number of all rows if there is none
     * @param alive called now and then; may throw to end the work
     */
    public Findings examine(List<Path> files, int evaluationFrom, Runnable alive) throws IOException {
        int[] duplicates = duplicates();
        int[] contradictions = contradictions();
        int[] cluster = clusters(files, alive);
        writeInts(folder.resolve("clusters"), cluster);
        int[] size = new int[cluster.length];
        int clusters = 0;
        int largest = 0;
        for (int root : cluster) {
            clusters += size[root]++ == 0 ? 1 : 0;
            largest = Math.max(largest, size[root]);
        }
        int leaks = leaks(cluster, evaluationFrom);
        return new Findings(
                duplicates[0], duplicates[1], contradictions[0], contradictions[1], clusters, largest, leaks);
    }

    private int[] duplicates() throws IOException {
        int groups = 0;
        List<Integer> copies = new ArrayList<>();
        try (RecordSorter.Sorted sorted = lines.sorted();
                Groups out = new Groups(folder.resolve("duplicates.jsonl"))) {
            byte[] key = new byte[16];
            List<Integer> group = new ArrayList<>();
            int count = 0;
            for (byte[] record = sorted.next(); ; record = sorted.next()) {
                boolean same = record != null && count > 0 && Arrays.equals(record, 0, 16, key, 0, 16);
                if (!same) {
                    groups += count > 1 ? 1 : 0;
                    out.write(count, group);
                    group.clear();
                    count = 0;
                }
                if (record == null) {
                    break;
                }
                int row = ByteBuffer.wrap(record, 16, 4).getInt();
                if (same) {
                    copies.add(row);
                }
                System.arraycopy(record, 0, key, 0, 16);
                if (group.size() < MOST_ROWS) {
                    group.add(row);
                }
                count++;
            }
        }
        writeInts(
                folder.resolve("copies"),
                copies.stream().mapToInt(Integer::intValue).sorted().toArray());
        return new int[] {groups, copies.size()};
    }

    private int[] contradictions() throws IOException {
        int groups = 0;
        int contradicting = 0;
        try (RecordSorter.Sorted sorted = questions.sorted();
                Groups out = new Groups(folder.resolve("contradictions.jsonl"))) {
            byte[] key = new byte[24];
            List<Integer> group = new ArrayList<>();
            int count = 0;
            int answers = 0;
            for (byte[] record = sorted.next(); ; record = sorted.next()) {
                boolean same = record != null && count > 0 && Arrays.equals(record, 0, 16, key, 0, 16);
                if (!same) {
                    if (answers > 1) {
                        groups++;
                        contradicting += count;
                        out.write(count, group);
                    }
                    group.clear();
                    count = 0;
                    answers = 0;
                }
                if (record == null) {
                    return new int[] {groups, contradicting};
                }
                boolean newAnswer = count == 0 || !Arrays.equals(record, 16, 24, key, 16, 24);
                answers += newAnswer ? 1 : 0;
                System.arraycopy(record, 0, key, 0, 24);
                // One row of each answer says more than many of one.
                if (newAnswer && group.size() < MOST_ROWS) {
                    group.add(ByteBuffer.wrap(record, 24, 4).getInt());
                }
                count++;
            }
        }
    }

    private int[] clusters(List<Path> files, Runnable alive) throws IOException {
        try (Clusters clusters = new Clusters(folder)) {
            for (Path file : files) {
                try (RowReader reader = RowReader.open(file)) {
                    while (reader.hasNext()) {
                        RowItem item = reader.next();
                        if (!(item instanceof Row row)) {
                            throw new IllegalStateException("A canonical row is not read back: " + item);
                        }
                        clusters.add(common.withoutCommon(Shingles.of(Prompts.asked(row))));
                        alive.run();
                    }
                }
            }
            return clusters.find();
        }
    }

    private int leaks(int[] cluster, int evaluationFrom) throws IOException {
        boolean[] learnt = new boolean[cluster.length];
        for (int i = 0; i < evaluationFrom; i++) {
            learnt[cluster[i]] = true;
        }
        int leaks = 0;
        try (Groups out = new Groups(folder.resolve("leaks.jsonl"))) {
            for (int i = evaluationFrom; i < cluster.length; i++) {
                if (learnt[cluster[i]]) {
                    leaks++;
                    out.write(2, List.of(cluster[i], i));
                }
            }
        }
        return leaks;
    }

    /** Writes groups, the first of them. */
    private static final class Groups implements Closeable {
        private final LineFile.Writer out;

        Groups(Path file) throws IOException {
            out = new LineFile.Writer(file);
        }

        void write(int count, List<Integer> rows) {
            if (count > 1 && out.lines() < MOST_GROUPS) {
                out.line(Json.write(new Group(count, rows)));
            }
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    private static void writeInts(Path file, int[] values) throws IOException {
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            for (int value : values) {
                out.writeInt(value);
            }
        }
    }

    /** Reads {@code clusters} or {@code copies}. */
    public static int[] readInts(Path file) throws IOException {
        int[] values = new int[(int) (Files.size(file) / Integer.BYTES)];
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            for (int i = 0; i < values.length; i++) {
                values[i] = in.readInt();
            }
        }
        return values;
    }

    @Override
    public void close() {
        lines.close();
        questions.close();
    }
}
