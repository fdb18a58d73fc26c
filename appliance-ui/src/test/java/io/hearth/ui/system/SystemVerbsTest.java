package io.hearth.ui.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.ui.core.Json;
import io.hearth.ui.core.Problem;
import io.hearth.ui.machine.MachineSocket;
import io.hearth.ui.machine.StandInMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The image's own program for network, time, disks and logs; what {@link StandInMachine} says stands in for a machine. */
class SystemVerbsTest {
    @TempDir
    Path folder;

    private StandInMachine machine;
    private MachineSocket client;

    @BeforeEach
    void start() throws IOException {
        machine = new StandInMachine(folder);
        client = new MachineSocket(machine.socket());
        machine.write(
                "run/systemd/resolve/resolv.conf", "# by systemd-resolved\nnameserver 10.0.0.2\nsearch example\n");
    }

    @AfterEach
    void stop() throws IOException {
        machine.close();
    }

    @Test
    void tellsTheNetwork() {
        MachineFacts.Network network = network();
        assertThat(network.links()).extracting(MachineFacts.Link::name).containsExactly("eno1", "eno2");
        assertThat(network.links().getFirst().addresses()).containsExactly("10.0.0.5/24");
        assertThat(network.links()).extracting(MachineFacts.Link::up).containsExactly(true, false);
        assertThat(network.routes()).containsExactly(new MachineFacts.Route("10.0.0.1", "eno1"));
        assertThat(network.dns()).containsExactly("10.0.0.2");
        assertThat(network.trial().state()).isEqualTo("none");
    }

    @Test
    void triesOtherSettingsAndKeepsThemWhenTheyAreConfirmed() {
        machine.write("run/systemd/network/14-hearth.network", "[Network]\nDHCP=yes\n");
        Map<String, String> wanted = Map.of("interface", "eno1", "addresses", "10.9.9.9/24", "gateway", "10.9.9.1");
        MachineFacts.Trial trial = Json.read(client.ask("network-set", wanted), MachineFacts.Trial.class);
        assertThat(trial.trying()).isTrue();
        assertThat(trial.secondsLeft()).isBetween(1, 90);
        assertThat(machine.file("var/lib/hearth-system/network")).doesNotExist();
        assertThatThrownBy(() -> client.ask("network-set", wanted)).hasMessageContaining("being tried");
        assertThat(client.ask("network-confirm", Map.of()).path("state").asText())
                .isEqualTo("kept");
        assertThat(machine.read("var/lib/hearth-system/network/14-hearth.network"))
                .contains("Address=10.9.9.9/24", "Gateway=10.9.9.1");
        assertThatThrownBy(() -> client.ask("network-confirm", Map.of())).hasMessageContaining("earlier ones hold");
    }

    @Test
    void saysWhatIsWrongWithSettingsInTheWordsOfProvisionYaml() {
        assertThatThrownBy(() -> client.ask("network-set", Map.of("addresses", "10.9.9.9/24")))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("which interface is meant")
                .hasMessageNotContaining("line");
        assertThatThrownBy(() -> client.ask("network-set", Map.of("interface", "eno1", "vlan", "many")))
                .hasMessageContaining("vlan");
        assertThat(network().trial().state()).isEqualTo("wrong");
        assertThat(machine.file("devices/networkctl")).doesNotExist();
    }

    @Test
    void setsTimeServers() {
        MachineFacts.Time before = Json.read(client.ask("time", Map.of()), MachineFacts.Time.class);
        assertThat(before.synchronized_()).isTrue();
        assertThat(before.offset()).isEqualTo("+1.204ms");
        assertThat(before.servers()).isEmpty();
        client.ask("time-set", Map.of("servers", "ntp.house.example 10.0.0.2"));
        assertThat(machine.read("run/systemd/timesyncd.conf.d/50-house.conf"))
                .isEqualTo("[Time]\nNTP=ntp.house.example 10.0.0.2\n");
        assertThat(machine.systemctl()).contains("restart systemd-timesyncd.service");
        assertThat(Json.read(client.ask("time", Map.of()), MachineFacts.Time.class)
                        .servers())
                .containsExactly("ntp.house.example", "10.0.0.2");
        assertThatThrownBy(() -> client.ask("time-set", Map.of("servers", "a\nNTP=evil")))
                .isInstanceOf(Problem.class);
        assertThatThrownBy(() -> client.ask("time-set", Map.of("servers", "-x")))
                .isInstanceOf(Problem.class);
        client.ask("time-set", Map.of("servers", ""));
        assertThat(machine.file("var/lib/hearth-system/time.conf")).doesNotExist();
    }

    @Test
    void tellsDisksAndTheirHealth() {
        machine.write(
                "devices/lsblk.json",
                "{\"blockdevices\":[{\"name\":\"nvme0n1\",\"model\":\"Example\",\"size\":1000,\"tran\":\"nvme\",\"type\":\"disk\"},"
                        + "{\"name\":\"sda\",\"model\":null,\"size\":2000,\"tran\":\"sata\",\"type\":\"disk\"}]}");
        machine.write(
                "devices/nvme.json",
                "{\"critical_warning\":4,\"percent_used\":97,\"avail_spare\":10,\"media_errors\":2}");
        MachineFacts.Disks disks = Json.read(client.ask("disks", Map.of()), MachineFacts.Disks.class);
        assertThat(disks.var().totalBytes()).isPositive();
        assertThat(disks.disks().getFirst().health().verdict()).isEqualTo("failing");
        assertThat(disks.disks().getLast().health()).isNull();
    }

    @Test
    void givesTheEndOfAJournalAndNothingOfAStartThatWasNot() throws IOException {
        machine.write("devices/journal.txt", "old\n".repeat(200_000) + "last \u0001line\n");
        String text = client.ask("logs", Map.of("part", "agent", "boot", "0"))
                .path("text")
                .asText();
        assertThat(text).endsWith("last line\n").hasSizeLessThanOrEqualTo(400_000);
        assertThat(machine.read("devices/journalctl")).contains("--unit=hearth-agent");
        assertThat(client.ask("logs", Map.of("part", "agent", "boot", "-1"))
                        .path("text")
                        .asText())
                .isEmpty();
        assertThatThrownBy(() -> client.ask("logs", Map.of("part", "../../etc/shadow")))
                .isInstanceOf(Problem.class);
        assertThat(Files.exists(machine.file("devices/journalctl"))).isTrue();
    }

    private MachineFacts.Network network() {
        return Json.read(client.ask("network", Map.of()), MachineFacts.Network.class);
    }
}
