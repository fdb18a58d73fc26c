package io.hearth.ui.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.ui.core.Paged;
import io.hearth.ui.uploads.ChildProcess;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The control plane is killed while a file is read; the next one goes on. */
class ImportKillTest {
    private static final int ROWS = 30_000;

    @TempDir
    Path folder;

    /** Goes on with what is there, or begins; says when it reads, and when it has a version. */
    static final class Importer {
        public static void main(String[] arguments) throws Exception {
            try (DatasetsFixture datasets = new DatasetsFixture(Path.of(arguments[0]))) {
                Paged<Import> known = datasets.imports.list(DatasetsFixture.ENGINEER, 0, 10);
                datasets.imports.resume();
                String id = known.total() == 0
                        ? datasets.begin(datasets.blobs.put(Files.newInputStream(Path.of(arguments[1]))), "k.jsonl")
                                .id()
                        : known.items().getFirst().id();
                System.out.println("reading");
                DatasetVersion version = datasets.commit(datasets.ended(id));
                System.out.println(version.rows() + " " + version.hash());
            }
        }
    }

    @Test
    void losesAndDoublesNothingWhenKilled() throws Exception {
        long seed = System.nanoTime();
        System.out.println("ImportKillTest seed " + seed);
        Random random = new Random(seed);
        Path file = folder.resolve("rows.jsonl");
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < ROWS; i++) {
            rows.append("{\"prompt\":\"Question ")
                    .append(Integer.toString(i * 7919, 36))
                    .append("?\",\"completion\":\"")
                    .append(i)
                    .append("\"}\n");
        }
        Files.writeString(file, rows);
        Path home = folder.resolve("home");
        for (int kill = 0; kill < 3; kill++) {
            Process process = ChildProcess.start(Importer.class, List.of("-Xmx128m"), home, file);
            try (BufferedReader lines = ChildProcess.lines(process)) {
                assertThat(lines.readLine()).isEqualTo("reading");
                process.waitFor(random.nextInt(1500), TimeUnit.MILLISECONDS);
                process.destroyForcibly().waitFor();
            }
        }
        Process process = ChildProcess.start(Importer.class, List.of("-Xmx128m"), home, file);
        String last = null;
        try (BufferedReader lines = ChildProcess.lines(process)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = line;
            }
        }
        assertThat(process.waitFor()).isZero();
        assertThat(last).startsWith(ROWS + " ");
        try (DatasetsFixture datasets = new DatasetsFixture(home)) {
            DatasetCatalog.Listed listed = datasets.catalog.get(DatasetsFixture.ENGINEER, "k");
            assertThat(listed.versions()).hasSize(1);
            assertThat(listed.versions().getFirst().rows()).isEqualTo(ROWS);
            assertThat(datasets.imports.list(DatasetsFixture.ENGINEER, 0, 10).total())
                    .isEqualTo(1);
            datasets.imports.resume();
        }
        try (Stream<Path> parts = Files.walk(home.resolve("datasets"))) {
            assertThat(parts.filter(path -> path.toString().endsWith(".part"))).isEmpty();
        }
    }
}
