package io.hearth.ui.uploads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadServiceTest {
    static final Actor ENGINEER = new Actor("u-1", "Ada", Role.ENGINEER, "test");
    static final Actor OTHER = new Actor("u-2", "Bob", Role.ENGINEER, "test");

    @TempDir
    Path folder;

    private HearthHome home;
    private Database database;
    private BlobStore blobs;
    private UploadService uploads;

    @BeforeEach
    void open() {
        home = new HearthHome(folder);
        database = Database.open(home.database());
        blobs = new BlobStore(home);
        uploads = service(Clock.systemUTC(), UploadService.Limits.DEFAULT);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private UploadService service(Clock clock, UploadService.Limits limits) {
        return new UploadService(database, new UploadStore(), blobs, new AuditLog(clock), clock, home, limits);
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    @Test
    void joinsChunksToABlobAndForgetsTheUpload() throws IOException {
        byte[] content = random(300_000);
        UploadState begun = uploads.create(ENGINEER, "C:\\data\\rows.jsonl", content.length);
        assertThat(begun.name()).isEqualTo("rows.jsonl");
        assertThat(begun.received()).isZero();
        int at = 0;
        while (at < content.length) {
            int end = Math.min(content.length, at + 70_001);
            UploadState state = uploads.append(
                    ENGINEER, begun.id(), at, new ByteArrayInputStream(Arrays.copyOfRange(content, at, end)));
            assertThat(state.received()).isEqualTo(end);
            at = end;
        }
        Uploads.Uploaded uploaded = uploads.finished(ENGINEER, begun.id());
        assertThat(Files.readAllBytes(blobs.path(uploaded.blob().sha256()))).isEqualTo(content);
        assertThat(uploaded.blob().size()).isEqualTo(content.length);
        assertThat(folder.resolve("uploads")).isEmptyDirectory();
        uploads.forget(begun.id());
        uploads.forget(begun.id());
        assertThat(uploads.list(ENGINEER)).isEmpty();
        assertThat(blobs.has(uploaded.blob().sha256())).isTrue();
    }

    @Test
    void goesOnWhereTheConnectionBroke() {
        byte[] content = random(200_000);
        UploadState begun = uploads.create(ENGINEER, "a.csv", content.length);
        InputStream breaking = new InputStream() {
            private int at;

            @Override
            public int read() throws IOException {
                if (at == 150_000) {
                    throw new IOException("the other side is gone");
                }
                return content[at++] & 0xff;
            }
        };
        assertThatThrownBy(() -> uploads.append(ENGINEER, begun.id(), 0, breaking))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.UNAVAILABLE));
        UploadService restarted = service(Clock.systemUTC(), UploadService.Limits.DEFAULT);
        int received = (int) restarted.get(ENGINEER, begun.id()).received();
        assertThat(received).isPositive().isLessThanOrEqualTo(150_000);
        restarted.append(
                ENGINEER,
                begun.id(),
                received,
                new ByteArrayInputStream(Arrays.copyOfRange(content, received, content.length)));
        assertThat(restarted.finished(ENGINEER, begun.id()).blob().sha256())
                .isEqualTo(blobs.put(new ByteArrayInputStream(content)).sha256());
    }

    @Test
    void takesNothingThatDoesNotBelong() {
        UploadState begun = uploads.create(ENGINEER, "a.csv", 10);
        refused(
                Problem.Kind.CONFLICT,
                () -> uploads.append(ENGINEER, begun.id(), 3, new ByteArrayInputStream(new byte[3])));
        refused(
                Problem.Kind.TOO_LARGE,
                () -> uploads.append(ENGINEER, begun.id(), 0, new ByteArrayInputStream(new byte[11])));
        assertThat(uploads.get(ENGINEER, begun.id()).received()).isZero();
        UploadState large = uploads.create(ENGINEER, "b.csv", 100_000_000);
        refused(
                Problem.Kind.TOO_LARGE,
                () -> uploads.append(
                        ENGINEER, large.id(), 0, new ByteArrayInputStream(new byte[UploadService.CHUNK + 1])));
        assertThat(uploads.get(ENGINEER, large.id()).received()).isZero();
        refused(Problem.Kind.CONFLICT, () -> uploads.finished(ENGINEER, begun.id()));
        refused(Problem.Kind.INVALID, () -> uploads.create(ENGINEER, "a", 0));
    }

    @Test
    void anUploadIsItsOwnersAlone() {
        UploadState begun = uploads.create(ENGINEER, "a.csv", 10);
        refused(Problem.Kind.NOT_FOUND, () -> uploads.get(OTHER, begun.id()));
        refused(Problem.Kind.NOT_FOUND, () -> uploads.delete(OTHER, begun.id()));
        refused(Problem.Kind.NOT_FOUND, () -> uploads.finished(OTHER, begun.id()));
        refused(Problem.Kind.NOT_FOUND, () -> uploads.append(OTHER, begun.id(), 0, InputStream.nullInputStream()));
        refused(
                Problem.Kind.FORBIDDEN,
                () -> uploads.create(new Actor("u-3", "Eve", Role.OPERATOR, "test"), "a.csv", 10));
        assertThat(uploads.list(OTHER)).isEmpty();
        uploads.delete(ENGINEER, begun.id());
        refused(Problem.Kind.NOT_FOUND, () -> uploads.get(ENGINEER, begun.id()));
    }

    @Test
    void promisesNoMoreThanTheDiskHolds() throws IOException {
        long usable = Files.getFileStore(folder).getUsableSpace();
        UploadService tight = service(Clock.systemUTC(), new UploadService.Limits(Long.MAX_VALUE, usable / 2));
        refused(Problem.Kind.TOO_LARGE, () -> tight.create(ENGINEER, "a", usable));
        tight.create(ENGINEER, "a", usable / 3);
        refused(Problem.Kind.TOO_LARGE, () -> tight.create(ENGINEER, "b", usable / 3));
        UploadService small = service(Clock.systemUTC(), new UploadService.Limits(100, 0));
        refused(Problem.Kind.TOO_LARGE, () -> small.create(ENGINEER, "a", 101));
    }

    @Test
    void forgetsWhatNobodyTouchesForAWeek() {
        UploadState old = uploads.create(ENGINEER, "old", 10);
        uploads.append(ENGINEER, old.id(), 0, new ByteArrayInputStream(new byte[5]));
        Clock later = Clock.fixed(Instant.now().plus(UploadService.STALE).plus(Duration.ofMinutes(1)), ZoneOffset.UTC);
        UploadService weekLater = service(later, UploadService.Limits.DEFAULT);
        UploadState young = weekLater.create(ENGINEER, "young", 10);
        weekLater.append(ENGINEER, young.id(), 0, new ByteArrayInputStream(new byte[5]));
        weekLater.clean();
        assertThat(weekLater.list(ENGINEER)).extracting(UploadState::id).containsExactly(young.id());
        assertThat(folder.resolve("uploads").resolve(old.id())).doesNotExist();
        assertThat(folder.resolve("uploads").resolve(young.id())).exists();
    }

    @Test
    void namesOfStrangersAreMadeHarmless() {
        assertThat(FileNames.safe("../../etc/passwd")).isEqualTo("passwd");
        assertThat(FileNames.safe("..")).isEqualTo("file");
        assertThat(FileNames.safe("a\u0000\r\nb\u202Egnp.csv")).isEqualTo("abgnp.csv");
        assertThat(FileNames.safe("问答.jsonl.gz")).isEqualTo("问答.jsonl.gz");
        assertThat(FileNames.safe("x".repeat(400) + ".jsonl")).hasSize(200).endsWith("x.jsonl");
        assertThat(FileNames.safe(null)).isEqualTo("file");
    }

    private static void refused(Problem.Kind kind, org.assertj.core.api.ThrowableAssert.ThrowingCallable work) {
        assertThatThrownBy(work).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.kind()).isEqualTo(kind);
            assertThat(problem.getMessage()).doesNotContain("!");
        });
    }
}
