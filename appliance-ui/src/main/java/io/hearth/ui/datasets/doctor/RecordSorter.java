package io.hearth.ui.datasets.doctor;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Sorts more records than memory holds: records of one length, in the order of their bytes without sign. Pieces are sorted in memory,
 * written to files, and merged.
 */
final class RecordSorter implements Closeable {
    private static final int MEMORY = 4 << 20;
    private static final int MOST_RUNS = 64;

    private final Path folder;
    private final String name;
    private final int length;
    private final byte[] records;
    private final byte[] one;
    private final List<Path> runs = new ArrayList<>();
    private int count;
    private int made;

    /**
     * @param folder for files that are needed meanwhile
     * @param name begins their names
     * @param length bytes of a record, at least eight
     */
    RecordSorter(Path folder, String name, int length) {
        this.folder = folder;
        this.name = name;
        this.length = length;
        this.records = new byte[MEMORY / length * length];
        this.one = new byte[length];
    }

    void add(byte[] record) {
        if (count * length == records.length) {
            spill();
        }
        System.arraycopy(record, 0, records, count++ * length, length);
    }

    /** Goes through all records in order; the array is used again for the next. */
    Sorted sorted() {
        try {
            spill();
            return merge(runs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Records in order. */
    final class Sorted implements Closeable {
        private final PriorityQueue<Run> queue =
                new PriorityQueue<>(Comparator.comparing((Run run) -> run.head, Arrays::compareUnsigned));
        private final byte[] next = new byte[length];

        /** The next record, or null. */
        byte[] next() {
            Run first = queue.poll();
            if (first == null) {
                return null;
            }
            System.arraycopy(first.head, 0, next, 0, length);
            try {
                if (first.advance()) {
                    queue.add(first);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return next;
        }

        @Override
        public void close() throws IOException {
            for (Run run : queue) {
                run.in.close();
            }
        }
    }

    private final class Run {
        private final InputStream in;
        private final byte[] head = new byte[length];

        Run(Path file) throws IOException {
            in = new BufferedInputStream(Files.newInputStream(file), 1 << 15);
        }

        boolean advance() throws IOException {
            if (in.readNBytes(head, 0, length) < length) {
                in.close();
                return false;
            }
            return true;
        }
    }

    private Sorted merge(List<Path> files) throws IOException {
        Sorted sorted = new Sorted();
        for (Path file : files) {
            Run run = new Run(file);
            if (run.advance()) {
                sorted.queue.add(run);
            }
        }
        return sorted;
    }

    private void spill() {
        if (count == 0) {
            return;
        }
        sort(0, count - 1);
        try {
            Path run = folder.resolve(name + made++ + ".run");
            try (OutputStream out = Files.newOutputStream(run)) {
                out.write(records, 0, count * length);
            }
            count = 0;
            runs.add(run);
            if (runs.size() >= MOST_RUNS) {
                join();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void join() throws IOException {
        Path joined = folder.resolve(name + made++ + ".run");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(joined), 1 << 16);
                Sorted sorted = merge(runs)) {
            for (byte[] record = sorted.next(); record != null; record = sorted.next()) {
                out.write(record);
            }
        }
        for (Path run : runs) {
            Files.delete(run);
        }
        runs.clear();
        runs.add(joined);
    }

    /** Quicksort in place; the smaller side first, so that the stack stays shallow. */
    private void sort(int from, int to) {
        int low = from;
        int high = to;
        while (low < high) {
            byte[] pivot = Arrays.copyOfRange(records, (low + high >>> 1) * length, ((low + high >>> 1) + 1) * length);
            int i = low - 1;
            int j = high + 1;
            while (true) {
                do {
                    i++;
                } while (compare(i, pivot) < 0);
                do {
                    j--;
                } while (compare(j, pivot) > 0);
                if (i >= j) {
                    break;
                }
                swap(i, j);
            }
            if (j - low < high - j - 1) {
                sort(low, j);
                low = j + 1;
            } else {
                sort(j + 1, high);
                high = j;
            }
        }
    }

    private int compare(int record, byte[] pivot) {
        return Arrays.compareUnsigned(records, record * length, (record + 1) * length, pivot, 0, length);
    }

    private void swap(int a, int b) {
        System.arraycopy(records, a * length, one, 0, length);
        System.arraycopy(records, b * length, records, a * length, length);
        System.arraycopy(one, 0, records, b * length, length);
    }

    @Override
    public void close() {
        for (Path run : runs) {
            try {
                Files.deleteIfExists(run);
            } catch (IOException e) {
                // The folder is cleared when the import ends.
            }
        }
    }
}
