package io.hearth.ui.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.protocol.Enrolment;
import io.hearth.protocol.JoinCode;
import io.hearth.protocol.NodePaths;
import io.hearth.protocol.Protocol;
import io.hearth.protocol.ToNode;
import io.hearth.protocol.WorkerKind;
import io.hearth.protocol.WorkerSpec;
import io.hearth.ui.blobs.Blob;
import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.certificates.Certificates;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Role;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodePortTest {
    @TempDir
    Path folder;

    private final HandClock clock = new HandClock();
    private Plane plane;

    @BeforeEach
    void start() {
        plane = new Plane(folder, clock);
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    @Test
    void aCodeLetsOneNodeInOnce() throws Exception {
        String code = plane.code();
        assertThat(JoinCode.parse(code).names(plane.certificates.authority())).isTrue();
        try (TestAgent agent = new TestAgent(plane);
                TestAgent other = new TestAgent(plane)) {
            Enrolment.Granted granted = agent.enrol(code, "gpu box\n1");
            assertThat(granted.nodeName()).isEqualTo("gpu-box-1");

            HttpResponse<String> second = other.tryEnrol(JoinCode.parse(code).secret(), "thief");
            assertThat(second.statusCode()).isEqualTo(403);
            assertThat(second.body()).contains("used already");

            // The answer was lost: the same key may ask again and is the same node.
            assertThat(agent.enrol(code, "gpu box").nodeId()).isEqualTo(granted.nodeId());
            other.enrol(plane.code(), "gpu-box-1");
            assertThat(plane.database.read(plane.nodes::all))
                    .extracting(Node::name)
                    .containsExactly("gpu-box-1", "gpu-box-1-2");
        }
    }

    @Test
    void wrongExpiredWithdrawnAndSenselessCodesAreRefused() throws Exception {
        String late = plane.code();
        JoinCodes.Made made = plane.codes.create(Actor.SYSTEM, "", 120);
        plane.codes.withdraw(Actor.SYSTEM, made.id());
        clock.move(Duration.ofMinutes(61));
        try (TestAgent agent = new TestAgent(plane)) {
            assertThat(agent.tryEnrol(JoinCode.parse(late).secret(), "n").statusCode())
                    .isEqualTo(403);
            assertThat(agent.tryEnrol(JoinCode.parse(made.code()).secret(), "n").statusCode())
                    .isEqualTo(403);
            assertThat(agent.tryEnrol("0".repeat(20), "n").statusCode()).isEqualTo(403);
            assertThat(agent.tryEnrol("' OR 1=1 --", "n").statusCode()).isEqualTo(403);
            assertThat(agent.tryEnrol(null, "n").statusCode()).isEqualTo(400);
            HttpResponse<String> senseless = agent.send(
                    HttpRequest.newBuilder(agent.uri(NodePaths.ENROL)).POST(HttpRequest.BodyPublishers.ofString("{")));
            assertThat(senseless.statusCode()).isEqualTo(400);
            HttpResponse<String> huge = agent.send(HttpRequest.newBuilder(agent.uri(NodePaths.ENROL))
                    .POST(HttpRequest.BodyPublishers.ofString("x".repeat(100_000))));
            assertThat(huge.statusCode()).isEqualTo(400);
        }
        assertThat(plane.database.read(plane.nodes::all)).isEmpty();
    }

    @Test
    void whoGuessesCodesHasToWait() throws Exception {
        String code = plane.code();
        try (TestAgent agent = new TestAgent(plane)) {
            for (int i = 0; i < Attempts.PER_MINUTE; i++) {
                assertThat(agent.tryEnrol("1".repeat(20), "n").statusCode()).isEqualTo(403);
            }
            assertThat(agent.tryEnrol(JoinCode.parse(code).secret(), "n").statusCode())
                    .isEqualTo(429);
            clock.move(Duration.ofMinutes(1));
            assertThat(agent.tryEnrol(JoinCode.parse(code).secret(), "n").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void theCodeForTheOwnMachineIsThereUntilItsNodeIs() throws Exception {
        Path file = folder.resolve("keys/local-join-code");
        plane.codes.keepLocalCode();
        String code = Files.readString(file);
        plane.codes.keepLocalCode();
        assertThat(Files.readString(file)).isEqualTo(code);
        try (TestAgent agent = new TestAgent(plane)) {
            agent.enrol(code, "here");
            assertThat(plane.database.read(h -> plane.nodes.get(h, agent.id)).local())
                    .isTrue();
            assertThat(file).doesNotExist();
            plane.nodes.revoke(Actor.SYSTEM, agent.id);
            plane.codes.keepLocalCode();
            assertThat(file)
                    .as("who was sent away does not come back by itself")
                    .doesNotExist();
        }
    }

    @Test
    void theOwnMachinesNodeTakesTheApplianceNameWhileItIsAlone() throws Exception {
        try (TestAgent here = new TestAgent(plane)) {
            plane.codes.keepLocalCode();
            here.enrol(Files.readString(folder.resolve("keys/local-join-code")), "hearth");
            assertThatThrownBy(() -> plane.nodes.nameLocal(new Actor("u", "Eve", Role.OPERATOR, "test"), "box-1"))
                    .hasMessageContaining("administrator");
            plane.nodes.nameLocal(Actor.SYSTEM, "box-1");
            assertThat(name(here)).isEqualTo("box-1");
            try (TestAgent other = plane.join("box-2")) {
                plane.nodes.nameLocal(Actor.SYSTEM, "box-3");
                assertThat(name(here)).isEqualTo("box-1");
                assertThat(name(other)).isEqualTo("box-2");
            }
        }
    }

    private String name(TestAgent agent) {
        return plane.database.read(h -> plane.nodes.get(h, agent.id)).name();
    }

    @Test
    void nobodyComesInWithoutACertificateOfTheAuthority() throws Exception {
        try (TestAgent stranger = new TestAgent(plane)) {
            for (String path : List.of(NodePaths.BLOBS + "0".repeat(64), NodePaths.UPLOADS + "0".repeat(64), "/")) {
                assertThat(stranger.get(path).statusCode()).as(path).isEqualTo(401);
            }
            assertThat(stranger.put("0".repeat(64), new byte[10], 0, 10).statusCode())
                    .isEqualTo(401);
            assertThatThrownBy(stranger::connect).hasStackTraceContaining("401");

            Certificates foreign = new Certificates(new HearthHome(folder.resolve("foreign")), clock, Optional.empty());
            stranger.insist(foreign.signNode("node-1", TestAgent.request(stranger.keys)));
            assertThatThrownBy(() -> stranger.get("/")).isInstanceOf(IOException.class);

            // A certificate of the authority itself, but of no node.
            stranger.use(plane.certificates.signNode("node-1", TestAgent.request(stranger.keys)));
            assertThat(stranger.get("/").statusCode()).isEqualTo(401);
        }
    }

    @Test
    void aRevokedNodeIsSentAwayAndStaysOut() throws Exception {
        try (TestAgent agent = plane.join("one")) {
            assertThat(agent.greet().workers()).isEmpty();
            Worker worker = plane.placed(Plane.request(WorkerKind.TRAIN, 1 << 20, null, List.of()));
            assertThatThrownBy(() -> plane.nodes.revoke(new Actor("u", "Eve", Role.OPERATOR, "test"), agent.id))
                    .hasMessageContaining("administrator");

            plane.nodes.revoke(Actor.SYSTEM, agent.id);
            assertThat(agent.hear(ToNode.Goodbye.class).revoked()).isTrue();
            agent.awaitEnd();
            assertThat(agent.get("/").statusCode()).isEqualTo(401);
            assertThatThrownBy(agent::connect).hasStackTraceContaining("401");
            assertThat(plane.nodes.serving(agent.id)).isEmpty();
            assertThat(plane.worker(worker.id()).status().reason()).contains("revoked");
            assertThat(plane.place(Plane.request(WorkerKind.TRAIN, 1 << 20, null, List.of())))
                    .isInstanceOf(Workers.Placement.Later.class);
            plane.database.run(h -> plane.workers.release(h, worker.id()));
            Optional<Worker> left = plane.database.read(h -> plane.workers.find(h, worker.id()));
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aNodeRenewsItsCertificateWithANewKey() throws Exception {
        try (TestAgent agent = plane.join("one")) {
            clock.move(Duration.ofMinutes(20));
            agent.keys = TestAgent.newKeys();
            HttpResponse<String> answer = agent.send(HttpRequest.newBuilder(agent.uri(NodePaths.RENEW))
                    .POST(HttpRequest.BodyPublishers.ofString(
                            Protocol.write(new Enrolment.Renewal(TestAgent.request(agent.keys))))));
            Enrolment.Granted granted = Protocol.read(answer.body(), Enrolment.Granted.class);
            assertThat(granted.nodeId()).isEqualTo(agent.id);
            agent.use(granted);
            assertThat(agent.get("/").statusCode()).isEqualTo(404);
            clock.move(Certificates.NODE_VALIDITY.plusSeconds(1));
            assertThat(agent.get("/").statusCode()).isEqualTo(401);
        }
    }

    @Test
    void aNodeReadsOnlyTheBlobsOfItsWorkers() throws Exception {
        byte[] content = bytes(100_000);
        Blob blob = plane.blobs.put(new ByteArrayInputStream(content));
        Blob other = plane.blobs.put(new ByteArrayInputStream(bytes(10)));
        try (TestAgent a = plane.join("a");
                TestAgent b = plane.join("b")) {
            a.greet();
            b.greet();
            Worker worker = plane.placed(Plane.request(
                    WorkerKind.TRAIN,
                    1 << 20,
                    a.id,
                    List.of(new WorkerSpec.Input("base/model", blob.sha256(), blob.size()))));
            String path = NodePaths.BLOBS + blob.sha256();
            assertThat(a.get(path).body()).isEqualTo(content);
            HttpResponse<byte[]> rest = a.get(path, "Range", "bytes=60000-");
            assertThat(rest.statusCode()).isEqualTo(206);
            assertThat(rest.headers().firstValue("Content-Range")).contains("bytes 60000-99999/100000");
            assertThat(rest.body()).isEqualTo(Arrays.copyOfRange(content, 60_000, 100_000));
            assertThat(a.get(path, "Range", "bytes=100000-").statusCode()).isEqualTo(416);
            HttpResponse<String> head =
                    a.send(HttpRequest.newBuilder(a.uri(path)).HEAD());
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.headers().firstValue("Content-Length")).contains("100000");

            assertThat(b.get(path).statusCode()).isEqualTo(404);
            assertThat(a.get(NodePaths.BLOBS + other.sha256()).statusCode()).isEqualTo(404);
            assertThat(a.get(NodePaths.BLOBS + "../../hearth.db").statusCode()).isEqualTo(400);
            assertThat(a.get(NodePaths.BLOBS + "%2e%2e%2fhearth.db").statusCode())
                    .isEqualTo(400);

            plane.database.run(h -> plane.workers.release(h, worker.id()));
            assertThat(a.get(path).statusCode()).isEqualTo(404);
        }
    }

    @Test
    void aNodeSendsABlobInPiecesAndGoesOnAfterARestart() throws Exception {
        byte[] content = bytes(300_000);
        Path file = Files.write(folder.resolve("sent"), content);
        String sha256 = BlobStore.hash(file);
        try (TestAgent agent = plane.join("a")) {
            assertThat(agent.put(sha256, content, 0, content.length).statusCode())
                    .as("no worker has results")
                    .isEqualTo(403);
            agent.greet();
            plane.placed(Plane.request(WorkerKind.TRAIN, 1 << 20, agent.id, List.of()));
            byte[] firstPart = Arrays.copyOf(content, 100_000);
            assertThat(agent.put(sha256, firstPart, 0, content.length).statusCode())
                    .isEqualTo(202);

            plane.close();
            plane = new Plane(folder, clock);
            try (TestAgent back = new TestAgent(plane)) {
                back.keys = agent.keys;
                back.use(plane.certificates.signNode(agent.id, TestAgent.request(agent.keys)));
                assertThat(progress(back, sha256)).isEqualTo(new NodePaths.BlobProgress(100_000, false));
                assertThat(back.put(sha256, firstPart, 50_000, content.length).statusCode())
                        .isEqualTo(409);
                assertThat(plane.blobs.has(sha256)).isFalse();
                byte[] rest = Arrays.copyOfRange(content, 100_000, content.length);
                assertThat(back.put(sha256, rest, 100_000, content.length).statusCode())
                        .isEqualTo(201);
                assertThat(plane.blobs.path(sha256)).hasBinaryContent(content);
                assertThat(progress(back, sha256)).isEqualTo(new NodePaths.BlobProgress(content.length, true));
                assertThat(back.put(sha256, rest, 100_000, content.length).statusCode())
                        .isEqualTo(201);
            }
        }
    }

    @Test
    void whatDoesNotHaveItsHashNeverBecomesABlob() throws Exception {
        try (TestAgent agent = plane.join("a")) {
            agent.greet();
            plane.placed(Plane.request(WorkerKind.TRAIN, 1 << 20, agent.id, List.of()));
            String sha256 = "ab".repeat(32);
            assertThat(agent.put(sha256, bytes(1000), 0, 1000).statusCode()).isEqualTo(422);
            assertThat(plane.blobs.has(sha256)).isFalse();
            assertThat(progress(agent, sha256)).isEqualTo(new NodePaths.BlobProgress(0, false));
            assertThat(agent.put(sha256, bytes(1000), 0, BlobTransfer.MAX_BYTES + 1)
                            .statusCode())
                    .isEqualTo(413);
            assertThat(agent.put(sha256, bytes(1000), 900, 1000).statusCode()).isEqualTo(400);
            assertThat(agent.put("nothash", bytes(10), 0, 10).statusCode()).isEqualTo(400);
        }
    }

    private static NodePaths.BlobProgress progress(TestAgent agent, String sha256) throws Exception {
        return Protocol.read(new String(agent.get(NodePaths.UPLOADS + sha256).body()), NodePaths.BlobProgress.class);
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
