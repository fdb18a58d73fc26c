package io.hearth.ui.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.ui.blobs.Blob;
import io.hearth.ui.uploads.ChildProcess;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading takes no more memory for a large file than for a small one. */
class FlatMemoryTest {
    @TempDir
    Path folder;

    /** Reads a file and makes a version of it, in a process with a small heap. */
    static final class Importer {
        public static void main(String[] arguments) throws Exception {
            long begun = System.nanoTime();
            try (DatasetsFixture datasets = new DatasetsFixture(Path.of(arguments[0]))) {
                Path file = Path.of(arguments[1]);
                Blob blob = datasets.blobs.adopt(file);
                Import one = datasets.ended(datasets.begin(blob, "large.jsonl").id());
                System.out.println(one.failure() == null ? "ready" : one.failure());
                DatasetVersion version = datasets.commit(one);
                System.out.println(version.rows());
                System.out.println(one.report().badRows());
                System.out.println((System.nanoTime() - begun) / 1_000_000_000L + " s");
            }
        }
    }

    @Test
    void sixtyMegabytesWithinSixtyFour() throws Exception {
        reads(60_000_000, "-Xmx64m");
    }

    @Test
    @Tag("long")
    void aGigabyteWithinThreeHundredMegabytes() throws Exception {
        reads(1_000_000_000, "-Xmx300m");
    }

    private void reads(long size, String heap) throws Exception {
        Path file = folder.resolve("large.jsonl");
        long rows = write(file, size);
        Process process = ChildProcess.start(Importer.class, List.of(heap), folder.resolve("home"), file);
        try (BufferedReader lines = ChildProcess.lines(process)) {
            assertThat(lines.readLine()).isEqualTo("ready");
            assertThat(lines.readLine()).isEqualTo(Long.toString(rows - 3));
            assertThat(lines.readLine()).isEqualTo("3");
            System.out.println(size + " bytes, " + rows + " rows, " + heap + ": " + lines.readLine());
        }
        assertThat(process.waitFor()).isZero();
    }

    private static long write(Path file, long size) throws Exception {
        Random random = new Random(5);
        long bytes = 0;
        long rows = 0;
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            while (bytes < size) {
                StringBuilder row = new StringBuilder("{\"messages\":[{\"role\":\"user\",\"content\":\"Question");
                for (int word = 0; word < 12; word++) {
                    row.append(' ').append(Integer.toString(random.nextInt(50_000), 36));
                }
                row.append("?\"},{\"role\":\"assistant\",\"content\":\"Answer");
                for (int word = 0; word < 60; word++) {
                    row.append(' ').append(Integer.toString(random.nextInt(50_000), 36));
                }
                row.append(rows % 10_000 == 77 && rows < 30_000 ? "\"}]\n" : "\"}]}\n");
                out.append(row);
                bytes += row.length();
                rows++;
            }
        }
        return rows;
    }
}
