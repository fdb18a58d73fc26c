package io.hearth.ui.datasets.doctor;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Puts rows that are near-duplicates into one cluster: rows that agree in a band of their signatures are compared, and joined where at
 * least half of their pieces are the same. Depends on the rows and their order alone.
 */
final class Clusters implements Closeable {
    /** With how many others of a band a row is compared. */
    private static final int COMPARED = 64;

    private final Path signatures;
    private final OutputStream out;
    private final RecordSorter bands;
    private final Path folder;
    private int rows;

    Clusters(Path folder) throws IOException {
        this.folder = folder;
        this.signatures = folder.resolve("signatures");
        this.out = new BufferedOutputStream(Files.newOutputStream(signatures), 1 << 16);
        this.bands = new RecordSorter(folder, "bands", 12);
    }

    /** Takes the next row by its pieces. */
    void add(long[] pieces) throws IOException {
        long[] signature = MinHash.of(pieces);
        out.write(MinHash.bytes(signature));
        ByteBuffer record = ByteBuffer.allocate(12);
        for (int band = 0; band < MinHash.BANDS; band++) {
            bands.add(record.clear()
                    .putLong(MinHash.band(signature, band))
                    .putInt(rows)
                    .array());
        }
        rows++;
    }

    /** For each row the smallest row of its cluster. */
    int[] find() throws IOException {
        out.close();
        int[] parent = new int[rows];
        Arrays.setAll(parent, i -> i);
        if (rows == 0) {
            return parent;
        }
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(signatures, StandardOpenOption.READ);
                RecordSorter.Sorted sorted = bands.sorted()) {
            MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            int[] recent = new int[COMPARED];
            int kept = 0;
            long present = 0;
            for (byte[] record = sorted.next(); record != null; record = sorted.next()) {
                ByteBuffer values = ByteBuffer.wrap(record);
                long band = values.getLong();
                int row = values.getInt();
                if (kept > 0 && band != present) {
                    kept = 0;
                }
                present = band;
                compare(all, parent, recent, Math.min(kept, COMPARED), row);
                recent[kept++ % COMPARED] = row;
            }
        }
        for (int i = 0; i < rows; i++) {
            parent[i] = root(parent, i);
        }
        return parent;
    }

    private static void compare(MemorySegment all, int[] parent, int[] recent, int kept, int row) {
        for (int i = 0; i < kept; i++) {
            int a = root(parent, recent[i]);
            int b = root(parent, row);
            if (a != b && alike(all, recent[i], row)) {
                // The smaller number becomes the root, so that a cluster is named by its first row.
                parent[Math.max(a, b)] = Math.min(a, b);
            }
        }
    }

    private static int root(int[] parent, int row) {
        int at = row;
        while (parent[at] != at) {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        return at;
    }

    private static boolean alike(MemorySegment all, int a, int b) {
        int same = 0;
        for (int i = 0; i < MinHash.PLACES; i++) {
            same += all.get(ValueLayout.JAVA_BYTE, (long) a * MinHash.PLACES + i)
                            == all.get(ValueLayout.JAVA_BYTE, (long) b * MinHash.PLACES + i)
                    ? 1
                    : 0;
        }
        return same >= MinHash.ALIKE * MinHash.PLACES;
    }

    @Override
    public void close() throws IOException {
        out.close();
        bands.close();
        Files.deleteIfExists(signatures);
    }
}
