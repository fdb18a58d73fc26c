package io.hearth.ui.uploads;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.HearthHome;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The control plane is killed while bytes arrive; the sender goes on with the next one. */
class UploadKillTest {
    private static final int SIZE = 6_000_000;

    @TempDir
    Path folder;

    /** Takes the rest of an upload in small chunks and says after each how much is there. */
    static final class Receiver {
        public static void main(String[] arguments) {
            byte[] content = content();
            HearthHome home = new HearthHome(Path.of(arguments[0]));
            try (Database database = Database.open(home.database())) {
                UploadService uploads = service(database, home);
                String id = uploads.list(UploadServiceTest.ENGINEER).isEmpty()
                        ? uploads.create(UploadServiceTest.ENGINEER, "rows.jsonl", SIZE)
                                .id()
                        : uploads.list(UploadServiceTest.ENGINEER).getFirst().id();
                int received = (int) uploads.get(UploadServiceTest.ENGINEER, id).received();
                System.out.println(received);
                while (received < SIZE) {
                    int length = Math.min(50_000, SIZE - received);
                    InputStream chunk = new ByteArrayInputStream(content, received, length);
                    received = (int) uploads.append(UploadServiceTest.ENGINEER, id, received, chunk)
                            .received();
                    System.out.println(received);
                }
                System.out.println(
                        uploads.finished(UploadServiceTest.ENGINEER, id).blob().sha256());
            }
        }
    }

    static byte[] content() {
        byte[] content = new byte[SIZE];
        new Random(4).nextBytes(content);
        return content;
    }

    static UploadService service(Database database, HearthHome home) {
        Clock clock = Clock.systemUTC();
        return new UploadService(
                database,
                new UploadStore(),
                new BlobStore(home),
                new AuditLog(clock),
                clock,
                home,
                UploadService.Limits.DEFAULT);
    }

    @Test
    void losesAndDoublesNothingWhenKilled() throws Exception {
        long seed = System.nanoTime();
        System.out.println("UploadKillTest seed " + seed);
        Random random = new Random(seed);
        long told = 0;
        for (int kill = 0; kill < 4; kill++) {
            Process process = ChildProcess.start(Receiver.class, List.of("-Xmx128m"), folder);
            try (BufferedReader lines = ChildProcess.lines(process)) {
                int until = 1 + random.nextInt(30);
                for (int i = 0; i < until; i++) {
                    long received = Long.parseLong(lines.readLine());
                    assertThat(received).as("what was told is not taken back").isGreaterThanOrEqualTo(told);
                    told = received;
                }
                process.destroyForcibly().waitFor();
            }
            assertThat(folder.resolve("blobs/sha256")).isEmptyDirectory();
        }
        Process process = ChildProcess.start(Receiver.class, List.of("-Xmx128m"), folder);
        String hash = null;
        try (BufferedReader lines = ChildProcess.lines(process)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                hash = line;
            }
        }
        assertThat(process.waitFor()).isZero();
        BlobStore blobs = new BlobStore(new HearthHome(folder));
        assertThat(Files.readAllBytes(blobs.path(hash))).isEqualTo(content());
    }

    @Test
    void becomesABlobWhereverTheLastStepWasKilled() throws Exception {
        HearthHome home = new HearthHome(folder);
        byte[] content = content();
        String expected =
                new BlobStore(home).put(new ByteArrayInputStream(content)).sha256();
        for (boolean hashed : List.of(false, true)) {
            try (Database database = Database.open(home.database())) {
                String id = service(database, home)
                        .create(UploadServiceTest.ENGINEER, "a", SIZE)
                        .id();
                Files.deleteIfExists(new BlobStore(home).path(expected));
                Files.write(folder.resolve("uploads").resolve(id), content);
                if (hashed) {
                    database.run(h -> new UploadStore().whole(h, id, expected, 1));
                }
                UploadService restarted = service(database, home);
                assertThat(restarted
                                .finished(UploadServiceTest.ENGINEER, id)
                                .blob()
                                .sha256())
                        .isEqualTo(expected);
                assertThat(new BlobStore(home).has(expected)).isTrue();
                assertThat(folder.resolve("uploads")).isEmptyDirectory();
                restarted.forget(id);
            }
        }
    }
}
