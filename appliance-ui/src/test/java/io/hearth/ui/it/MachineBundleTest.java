package io.hearth.ui.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.ui.machine.MachineSocket;
import io.hearth.ui.machine.StandInMachine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a machine tells by itself, where no control plane answers: the image's own programs, and Java's rules. */
class MachineBundleTest {
    private static final String DISKS =
            "{\"blockdevices\":[{\"name\":\"nvme0n1\",\"model\":\"FAST 980\",\"size\":1000000000,\"tran\":\"nvme\",\"type\":\"disk\"}]}";

    @TempDir
    Path folder;

    private final Canaries canaries = new Canaries();
    private StandInMachine machine;

    @BeforeEach
    void start() throws IOException {
        machine = new StandInMachine(folder);
        machine.shares(Files.createDirectory(folder.resolve("home")));
        machine.write("devices/lsblk.json", DISKS);
        machine.write("devices/nvme.json", "{\"critical_warning\":0,\"percent_used\":3,\"media_errors\":7}");
        machine.write("run/systemd/resolve/resolv.conf", "nameserver 10.0.0.2\n");
        machine.entry("slot-b+0-3.conf", "0.2.0", 1);
    }

    @AfterEach
    void stop() throws IOException {
        machine.close();
    }

    private static Map<String, String> unpack(Path archive) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return files;
    }

    @Test
    void theMachinesOwnBundleHoldsWhatIsKnownAndNoWordOfACustomer() throws IOException {
        String row = canaries.add("row", "Kanarienvogel im Satz \"nine\"");
        String password = canaries.add("password", "password=lantern-pebble");
        String key = canaries.add("key", "hk-0123456789abcdefghjk");
        String card = canaries.add("address of a card", "52:54:00:12:34:56");
        machine.write(
                "devices/journal.txt",
                "2026-11-27T12:00:01.000001+00:00 java[7]: 2026-11-27 12:00:01,000 INFO  [io.hearth.agent.Agent] (main) Workers are stopped.\n"
                        + "2026-11-27T12:00:02.000001+00:00 java[7]: " + row + "\n"
                        + "2026-11-27T12:00:03.000001+00:00 java[7]: Row " + row + " of the file is not valid: "
                        + password + "\n"
                        + "2026-11-27T12:00:04.000001+00:00 kernel: Out of memory: Killed process 812 (" + row
                        + ") total-vm:9kB\n"
                        + "2026-11-27T12:00:05.000001+00:00 kernel: eno1: renamed from " + card + "\n"
                        + key + "\n");
        machine.noted("2026-11-27T10:05:00Z B 0.2.0 failed: the control plane does not answer: " + row);
        machine.run("gather-support");
        assertThat(machine.file("run/hearth/support/gathered")).doesNotExist();
        Path archive = machine.file("run/hearth/support/machine.zip");
        assertThat(canaries.in("machine.zip", Files.readAllBytes(archive))).isEmpty();
        Map<String, String> files = unpack(archive);
        assertThat(files.keySet())
                .containsExactly(
                        "README.txt",
                        "machine-status.json",
                        "machine-network.json",
                        "machine-disks.json",
                        "logs/journal-control-plane.log",
                        "logs/journal-agent.log",
                        "logs/journal-machine.log",
                        "logs/journal-kernel.log");
        files.keySet().stream()
                .skip(1)
                .forEach(file -> assertThat(files.get("README.txt")).contains("\n" + file + "\n"));
        assertThat(files.get("README.txt")).doesNotContain("!support");
        assertThat(files.get("machine-status.json"))
                .contains("\"version\" : \"0.1.0\"", "\"state\" : \"failed\"", "the control plane does not answer: …");
        assertThat(files.get("machine-network.json")).contains("10.0.0.5/24", "10.0.0.1", "10.0.0.2", "eno2");
        assertThat(files.get("machine-disks.json")).contains("FAST 980", "\"mediaErrors\" : 7");
        assertThat(files.get("logs/journal-agent.log"))
                .contains("INFO io.hearth.agent.Agent: Workers are stopped.", " …");
        assertThat(files.get("logs/journal-kernel.log"))
                .contains("kernel Out of memory: Killed process 812 (…)")
                .doesNotContain("renamed");

        // Onto a stick, as the screen orders it.
        machine.plugIn("1234-ABCD", "STICK", Map.of());
        String id = new MachineSocket(machine.socket())
                .ask("support-sticks", Map.of())
                .at("/sticks/0/id")
                .asText();
        machine.write("run/hearth/support/order", id + "\nmachine\n");
        machine.run("write-support");
        Path[] written;
        try (var list = Files.list(machine.file("devices/sdz1"))) {
            written = list.toArray(Path[]::new);
        }
        assertThat(written).hasSize(1);
        assertThat(written[0]).hasSameBinaryContentAs(archive);
        assertThat(canaries.in("stick", Files.readAllBytes(written[0]))).isEmpty();
    }

    /** A machine in a bad way: what does not answer is left out, and there is a bundle all the same. */
    @Test
    void whatDoesNotAnswerIsLeftOut() throws IOException {
        Files.delete(machine.file("devices/lsblk.json"));
        Files.delete(machine.file("run/hearth/mode"));
        machine.run("gather-support");
        Map<String, String> files = unpack(machine.file("run/hearth/support/machine.zip"));
        assertThat(files.keySet()).contains("README.txt", "machine-network.json");
        assertThat(files.get("machine-network.json")).contains("10.0.0.5/24");
    }
}
