package io.hearth.agent.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.agent.enrolment.Enroller;
import io.hearth.agent.enrolment.IdentityStore;
import io.hearth.agent.testing.TestAuthority;
import io.hearth.agent.testing.TestControlPlane;
import io.hearth.agent.workers.Supplies;
import io.hearth.protocol.JoinCode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobsTest {
    private static final int SIZE = 300_000;

    private final Vertx vertx = Vertx.vertx();
    private final TickingClock clock = new TickingClock();

    @TempDir
    private Path folder;

    private TestControlPlane control;
    private Blobs blobs;

    /** A clock that goes on by a second each time it is read. */
    private static final class TickingClock extends Clock {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public synchronized Instant instant() {
            now = now.plusSeconds(1);
            return now;
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }
    }

    @BeforeEach
    void start() throws Exception {
        control = new TestControlPlane(vertx, new TestAuthority()).start();
        blobs = open(0);
    }

    @AfterEach
    void stop() throws Exception {
        blobs.identify(null);
        control.close();
        vertx.close();
    }

    private Blobs open(long budget) throws Exception {
        Blobs made = new Blobs(folder.resolve("home"), control.address(), budget, clock);
        made.identify(new Enroller(control.address())
                .enrol(
                        JoinCode.parse(control.joinCode()),
                        "machine",
                        new IdentityStore(Files.createDirectories(folder.resolve("home"))).joiningKeys()));
        return made;
    }

    @Test
    void fetchesOnceAndLaysByHardLink() throws Exception {
        byte[] content = random(1);
        String hash = control.addBlob(content);
        List<Long> progress = new ArrayList<>();
        blobs.lay(hash, SIZE, folder.resolve("a"), progress::add, () -> false);
        blobs.lay(hash, SIZE, folder.resolve("b"), progress::add, () -> false);
        assertThat(folder.resolve("a")).hasBinaryContent(content);
        assertThat(Files.isSameFile(folder.resolve("a"), folder.resolve("b"))).isTrue();
        assertThat(progress).isSorted().endsWith((long) SIZE);
        assertThat(gets()).hasSize(1);
        assertThat(blobs.bytes()).isEqualTo(SIZE);
    }

    @Test
    void goesOnWhereTheConnectionBroke() throws Exception {
        byte[] content = random(2);
        String hash = control.addBlob(content);
        control.cutBlobsAfter = 100_000;
        assertThatThrownBy(() -> lay(hash, "a")).isInstanceOf(IOException.class);
        long first = Files.size(folder.resolve("home/blobs/partial").resolve(hash));
        assertThat(first).isPositive();
        blobs = open(0);
        control.cutBlobsAfter = 0;
        lay(hash, "a");
        assertThat(folder.resolve("a")).hasBinaryContent(content);
        assertThat(gets()).last().asString().endsWith("bytes=" + first + "-");
    }

    @Test
    void neverUsesWhatHasAnotherHash() throws Exception {
        byte[] content = random(3);
        String hash = control.addBlob(content);
        control.corruptBlobs.set(1);
        lay(hash, "a");
        assertThat(folder.resolve("a")).hasBinaryContent(content);
        assertThat(gets()).hasSize(2);
        String other = control.addBlob(random(4));
        control.corruptBlobs.set(10);
        assertThatThrownBy(() -> lay(other, "b"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another content");
        assertThat(folder.resolve("b")).doesNotExist();
    }

    @Test
    void givesUpTheLeastRecentlyUsedButNeverWhatIsInUse() throws Exception {
        blobs = open(3 * SIZE);
        List<String> hashes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            hashes.add(control.addBlob(random(10 + i)));
            lay(hashes.get(i), "f" + i);
        }
        lay(hashes.get(0), "again");
        blobs.protect(() -> Set.of(hashes.get(1)));
        String fourth = control.addBlob(random(20));
        lay(fourth, "f3");
        assertThat(kept()).containsExactlyInAnyOrder(hashes.get(0), hashes.get(1), fourth);
        assertThat(blobs.bytes()).isEqualTo(3 * SIZE);
        blobs.protect(() -> Set.copyOf(List.of(hashes.get(0), hashes.get(1), fourth)));
        String fifth = control.addBlob(random(21));
        assertThatThrownBy(() -> lay(fifth, "f4"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("wait until other workers have ended");
        assertThat(kept()).hasSize(3);
        assertThat(new Blobs(folder.resolve("home"), control.address(), 0, clock).bytes())
                .as("counted again by a new agent")
                .isEqualTo(3 * SIZE);
    }

    @Test
    void refusesWhatCanNeverFit() throws Exception {
        blobs = open(SIZE - 1);
        String hash = control.addBlob(random(5));
        assertThatThrownBy(() -> lay(hash, "a"))
                .isInstanceOf(Supplies.Refused.class)
                .hasMessageContaining("hearth.agent.blob-budget-bytes");
        assertThatThrownBy(
                        () -> blobs.lay("0".repeat(64), Long.MAX_VALUE / 4, folder.resolve("a"), n -> {}, () -> false))
                .isInstanceOf(Supplies.Refused.class);
        blobs = open(0);
        assertThatThrownBy(() -> lay("0".repeat(64), "a"))
                .isInstanceOf(Supplies.Refused.class)
                .hasMessageContaining("no file with the hash");
    }

    @Test
    void sendsWhatIsLackingAndNothingTwice() throws Exception {
        byte[] content = new byte[9 << 20];
        new Random(6).nextBytes(content);
        Path file = Files.write(folder.resolve("result"), content);
        String hash = TestControlPlane.sha256(content);
        int[] asked = {0};
        assertThatThrownBy(() -> blobs.send(file, hash, content.length, n -> {}, () -> asked[0]++ > 0))
                .isInstanceOf(IOException.class);
        blobs = open(0);
        blobs.send(file, hash, content.length, n -> {}, () -> false);
        assertThat(control.blobs.get(hash)).isEqualTo(content);
        blobs.send(file, hash, content.length, n -> {}, () -> false);
        assertThat(control.requests.stream().filter(request -> request.startsWith("PUT")))
                .extracting(request -> request.substring(request.lastIndexOf("bytes ")))
                .containsExactly(
                        "bytes 0-4194303/9437184", "bytes 4194304-8388607/9437184", "bytes 8388608-9437183/9437184");
    }

    @Test
    void waitsWhileTheNodeBelongsToNobody() throws Exception {
        blobs.identify(null);
        assertThatThrownBy(() -> lay("0".repeat(64), "a"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("belongs to no control plane");
    }

    private void lay(String hash, String name) throws Exception {
        Files.deleteIfExists(folder.resolve(name));
        blobs.lay(hash, SIZE, folder.resolve(name), arrived -> {}, () -> false);
    }

    private List<String> gets() {
        return control.requests.stream()
                .filter(request -> request.startsWith("GET /node/v1/blobs"))
                .toList();
    }

    private List<String> kept() throws IOException {
        try (var files = Files.walk(folder.resolve("home/blobs/sha256"))) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .toList();
        }
    }

    private static byte[] random(long seed) {
        byte[] content = new byte[SIZE];
        new Random(seed).nextBytes(content);
        return content;
    }
}
