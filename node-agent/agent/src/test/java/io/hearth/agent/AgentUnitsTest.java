package io.hearth.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.agent.testing.Specs;
import io.hearth.agent.testing.StandInUnits;
import io.hearth.agent.testing.TestAuthority;
import io.hearth.agent.testing.TestControlPlane;
import io.hearth.protocol.Protocol;
import io.hearth.protocol.WorkerStatus.State;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent whose workers are units of the system: the system image's own program starts them. */
class AgentUnitsTest {
    private static final String TOKEN = "00112233445566778899aabbccddeeff";

    private final Vertx vertx = Vertx.vertx();

    @TempDir
    private Path folder;

    private Path command;
    private StandInUnits units;
    private TestControlPlane control;
    private String code;
    private Process agent;

    @BeforeEach
    void start() throws Exception {
        command = Specs.commandFile(folder);
        units = new StandInUnits(folder, command);
        control = new TestControlPlane(vertx, new TestAuthority()).start();
        code = control.joinCode();
        System.setProperty(AgentProcess.UNITS, units.socket().toString());
    }

    @AfterEach
    void stop() throws Exception {
        System.clearProperty(AgentProcess.UNITS);
        if (agent != null) {
            agent.destroyForcibly().waitFor();
        }
        units.close();
        control.close();
        vertx.close();
    }

    @Test
    void endsAreKnownAsThoseOfChildren() throws Exception {
        startAgent();
        control.assign(
                Specs.job("w-1", "say 3; echo to-the-log >&2; finish"),
                Specs.job("w-2", "say 1; torn; crash"),
                Specs.job("w-3", "fail 2 Wrong-rows"),
                Specs.server("w-4", "stubborn; ready 1; hold"),
                Specs.job("w-5", "gentle; say 1; hold"));
        control.untilState("w-1", State.DONE);
        control.untilState("w-2", State.FAILED);
        control.untilState("w-3", State.FAILED);
        assertThat(control.statuses.get("w-1").exitCode()).isZero();
        assertThat(control.statuses.get("w-2").exitCode()).isEqualTo(137);
        assertThat(control.statuses.get("w-2").attempt()).isEqualTo(4);
        assertThat(control.statuses.get("w-2").reason()).contains("signal 9");
        assertThat(control.statuses.get("w-3").exitCode()).isEqualTo(2);
        assertThat(units.home().resolve("workers/w-1/worker.log")).hasContent("to-the-log");
        control.untilState("w-4", State.RUNNING);
        control.untilState("w-5", State.RUNNING);
        assertThat(units.loaded()).containsExactly("hearth-worker-w-4.service", "hearth-worker-w-5.service");
        control.assign(Specs.paused(Specs.job("w-5", "gentle; say 1; hold")));
        control.untilState("w-5", State.PAUSED);
        assertThat(control.statuses.get("w-5").exitCode()).isEqualTo(75);
        control.until("it is gone", () -> control.gone.contains("w-4"));
        assertThat(units.loaded()).isEmpty();
        control.until("no program of the system is left", () -> !units.waiting());
    }

    @Test
    void workersOutliveTheirAgentAndAreFoundAgain() throws Exception {
        startAgent();
        control.assign(
                Specs.job("w-1", "say 20; until_file go; say 5; finish"),
                Specs.job("w-2", "say 1; [ $attempt -gt 1 ] && finish; hold"));
        control.untilState("w-1", State.RUNNING);
        control.untilState("w-2", State.RUNNING);
        agent.destroyForcibly().waitFor();
        ProcessHandle.of(pid("w-2")).orElseThrow().destroyForcibly();
        assertThat(ProcessHandle.of(pid("w-1"))).isPresent();
        assertThat(units.waiting()).isTrue();
        startAgent();
        control.untilState("w-2", State.DONE);
        Files.createFile(units.home().resolve("workers/w-1/go"));
        control.untilState("w-1", State.DONE);
        assertThat(control.statuses.get("w-1").attempt()).isEqualTo(1);
        assertThat(control.sequences("w-1"))
                .isEqualTo(LongStream.rangeClosed(1, 26).boxed().toList());
        control.until("no program of the system is left", () -> !units.waiting());
        assertThat(units.loaded()).isEmpty();
    }

    @Test
    void theTokenIsInTheWorkersEnvironmentAndNowhereElse() throws Exception {
        Files.createDirectories(units.home().resolve("workers/w-1"));
        Files.writeString(units.home().resolve("workers/w-1/task.json"), "{\"do\":\"hold\"}");
        try (Connection asked = new Connection(request("w-1", "serve", "cpu:0", null))) {
            assertThat(asked.line()).startsWith("{\"started\":{\"pid\":");
            assertThat(Files.readString(Path.of("/proc/" + pid("w-1") + "/environ")))
                    .contains("HEARTH_WORKER_TOKEN=" + TOKEN);
            assertThat(ProcessHandle.allProcesses().map(process -> commandLine(process.pid())))
                    .noneMatch(line -> line.contains(TOKEN));
            try (var files = Files.walk(units.file("."))) {
                assertThat(files.filter(Files::isRegularFile))
                        .noneMatch(file -> read(file).contains(TOKEN));
            }
            ProcessHandle.of(pid("w-1")).orElseThrow().destroyForcibly();
            assertThat(asked.line()).isEqualTo("{\"ended\":{\"code\":137}}");
        }
    }

    @Test
    void aWorkerGetsTheDevicesOfItsCardsDriverAlone() throws Exception {
        Files.createDirectories(units.home().resolve("workers/w-1"));
        Files.writeString(units.home().resolve("workers/w-1/task.json"), "{\"do\":\"exit 0\"}");
        for (String vendor : List.of("nvidia", "ascend")) {
            Files.copy(
                    Path.of("../../os-image/drivers/recipes").resolve(vendor),
                    units.file("usr/lib/hearth/drivers/" + vendor));
        }
        String network = "--property=PrivateNetwork=yes";
        String none = "--property=PrivateDevices=yes";
        assertThat(rights("train", "cpu:0")).containsExactly(network, none);
        assertThat(rights("serve", "cpu")).containsExactly(none);
        assertThat(rights("train", "cuda:1")).containsExactly(network, "--property=DeviceAllow=char-nvidia* rw");
        assertThat(rights("serve", "ascend:0"))
                .containsExactly(
                        "--property=DeviceAllow=char-hisi_davinci_intf rw",
                        "--property=DeviceAllow=char-devdrv-cdev rw",
                        "--property=DeviceAllow=char-devmm_svm rw",
                        "--property=DeviceAllow=char-hisi_hdc rw");
        assertThat(rights("serve", "other:0")).isEmpty();
    }

    @Test
    void whatNobodyHeardOfIsEnded() throws Exception {
        Files.createDirectories(units.home().resolve("workers/w-1"));
        Files.writeString(units.home().resolve("workers/w-1/task.json"), "{\"do\":\"hold\"}");
        Files.createFile(units.file("devices/hold"));
        try (Connection asked = new Connection(request("w-1", "train", "cpu:0", null))) {
            control.until("it lives", () -> Files.exists(units.file("units/hearth-worker-w-1.service/pid")));
        }
        long pid = pid("w-1");
        Files.delete(units.file("devices/hold"));
        control.until("it is ended", () -> ProcessHandle.of(pid).isEmpty() && !units.waiting());
        assertThat(units.loaded()).isEmpty();
    }

    @Test
    void refusesWhatIsNoRequest() throws Exception {
        Files.createDirectories(units.home().resolve("workers/w-1"));
        Files.createDirectories(units.home().resolve("elsewhere"));
        Files.createSymbolicLink(
                units.home().resolve("workers/link"), units.home().resolve("elsewhere"));
        Files.createFile(units.home().resolve("workers/file"));
        String noJson = "The request is no JSON object.";
        String folderless = "There is no folder of this worker that belongs to the agent.";
        assertThat(refusal("")).isEqualTo(noJson);
        assertThat(refusal("train")).isEqualTo(noJson);
        assertThat(refusal("[]")).isEqualTo(noJson);
        assertThat(refusal("{} {}")).isEqualTo(noJson);
        assertThat(refusal("{}")).contains("has not the fields");
        assertThat(refusal(request("w-1", "train", "cpu:0", null).replace("{", "{\"path\":\"/x\",")))
                .contains("has not the fields");
        assertThat(refusal("x".repeat(70_000))).isEqualTo(noJson);
        for (String id : List.of("", "..", "../w-1", "w-1/", "-w", "w 1", "w-1\\n", "w%n", "ü", "x".repeat(101))) {
            assertThat(refusal(request(id, "train", "cpu:0", null)))
                    .as(id)
                    .isEqualTo("The field \"worker\" of the request is not what it should be.");
        }
        for (String card : List.of("", "cpu:", "CPU", "cpu:0 rw", "../x", "cuda:12345", "cpu\\n")) {
            assertThat(refusal(request("w-1", "train", card, null))).as(card).contains("\"card\"");
        }
        for (String kind : List.of("", "doctor", "train serve", "--help", "train\\n")) {
            assertThat(refusal(request("w-1", kind, "cpu:0", null))).as(kind).contains("\"kind\"");
        }
        for (String heap : List.of("0", "-1", "1.5", "\"1\"", "true", "1e300", "[1]")) {
            assertThat(refusal(request("w-1", "train", "cpu:0", null).replace(":null", ":" + heap)))
                    .as(heap)
                    .contains("\"heap\"");
        }
        for (String token : List.of("", "x\\nLD_PRELOAD=/tmp/x", "0".repeat(200), "$(id)")) {
            assertThat(refusal(request("w-1", "train", "cpu:0", null).replace(TOKEN, token)))
                    .as(token)
                    .contains("\"token\"");
        }
        assertThat(refusal(request("nobody", "train", "cpu:0", null))).isEqualTo(folderless);
        assertThat(refusal(request("link", "train", "cpu:0", null))).isEqualTo(folderless);
        assertThat(refusal(request("file", "train", "cpu:0", null))).isEqualTo(folderless);
        assertThat(units.called()).isEmpty();
    }

    @Test
    void noChangedByteOfARequestMakesItMore() throws Exception {
        Files.createDirectories(units.home().resolve("workers/w-1"));
        long seed = System.nanoTime();
        Random random = new Random(seed);
        System.err.println("seed " + seed);
        byte[] good = request("../..", "train", "cpu:0", null).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 40; i++) {
            byte[] bad = good.clone();
            for (int changes = random.nextInt(8); changes >= 0; changes--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            try (Connection asked = new Connection(bad)) {
                assertThat(asked.line()).as("seed %d", seed).startsWith("{\"refused\":\"");
            }
        }
        assertThat(units.called()).as("seed %d", seed).isEmpty();
    }

    /** What systemd-run was told of network and devices. */
    private List<String> rights(String kind, String card) throws Exception {
        int before = units.called().size();
        try (Connection asked = new Connection(request("w-1", kind, card, null))) {
            assertThat(asked.line()).startsWith("{\"started\":");
            assertThat(asked.line()).isEqualTo("{\"ended\":{\"code\":0}}");
        }
        return units.called().stream()
                .skip(before)
                .filter(argument -> argument.contains("=Private") || argument.contains("=Device"))
                .toList();
    }

    private String refusal(String request) throws IOException {
        try (Connection asked = new Connection(request)) {
            return Protocol.JSON.readTree(asked.line()).path("refused").asText();
        }
    }

    private static String request(String worker, String kind, String card, Long heap) {
        return "{\"worker\":\"" + worker + "\",\"kind\":\"" + kind + "\",\"card\":\"" + card + "\",\"heap\":" + heap
                + ",\"token\":\"" + TOKEN + "\"}";
    }

    /** An asker that is not the agent. */
    private final class Connection implements AutoCloseable {
        private final SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        private final java.io.BufferedReader lines;

        Connection(String request) throws IOException {
            this(request.getBytes(StandardCharsets.UTF_8));
        }

        Connection(byte[] request) throws IOException {
            channel.connect(UnixDomainSocketAddress.of(units.socket()));
            ByteBuffer line = ByteBuffer.allocate(request.length + 1)
                    .put(request)
                    .put((byte) '\n')
                    .flip();
            while (line.hasRemaining()) {
                channel.write(line);
            }
            lines = new java.io.BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
        }

        String line() throws IOException {
            return lines.readLine();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private void startAgent() throws Exception {
        int hellos = control.hellos.size();
        agent = AgentProcess.fork(units.home(), control.address(), code, command);
        control.until("the agent is linked", () -> control.hellos.size() > hellos && control.linked());
    }

    private long pid(String worker) throws IOException {
        return Long.parseLong(Files.readString(units.file("units/hearth-worker-" + worker + ".service/pid"))
                .strip());
    }

    private static String commandLine(long pid) {
        return read(Path.of("/proc/" + pid + "/cmdline"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException ended) {
            return "";
        }
    }
}
