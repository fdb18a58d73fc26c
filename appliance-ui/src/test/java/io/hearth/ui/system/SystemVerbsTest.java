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
    private static final String CODE = "ABCDE-FGHJK-MNPQR-STVWX.0123456789abcdef0123";
    private static final Map<String, String> JOIN =
            Map.of("name", "rack-7", "control-plane", "https://10.0.0.5:8444", "code", CODE);
    private static final String AGENT = "HEARTH_AGENT_NAME=rack-7\nHEARTH_AGENT_CONTROL=https://10.0.0.5:8444\n"
            + "HEARTH_AGENT_SERVING_HOST=\nHEARTH_AGENT_SERVING_PORT=8445\n";

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
    void tellsWhatIsSetInTheWordsInWhichItIsAskedFor() {
        assertThat(network().settings().plain()).isEqualTo(MachineFacts.NetworkWish.DHCP);
        Map<String, String> wanted = Map.of(
                "bond",
                "eno1 eno2",
                "mode",
                "active-backup",
                "vlan",
                "7",
                "addresses",
                "10.9.9.9/24 fd00::9/64",
                "gateway",
                "10.9.9.1",
                "dns",
                "10.9.9.2 10.9.9.3");
        client.ask("network-set", wanted);
        client.ask("network-confirm", Map.of());
        assertThat(network().settings().plain())
                .isEqualTo(new MachineFacts.NetworkWish(
                        "",
                        "eno1 eno2",
                        "active-backup",
                        "7",
                        "10.9.9.9/24 fd00::9/64",
                        "10.9.9.1",
                        "10.9.9.2 10.9.9.3"));
        client.ask("network-set", Map.of("interface", "eno2", "vlan", "8"));
        client.ask("network-confirm", Map.of());
        assertThat(network().settings().plain())
                .isEqualTo(new MachineFacts.NetworkWish("eno2", "", "", "8", "", "", ""));
    }

    @Test
    void aNameIsUsedAtOnceAndKept() {
        client.ask("name-set", Map.of("name", "rack-7"));
        assertThat(machine.read("devices/hostname")).isEqualTo("rack-7\n");
        assertThat(machine.read("run/hearth/agent.env")).isEqualTo("HEARTH_AGENT_NAME=rack-7\n");
        assertThat(machine.read("run/hearth/control-plane.env")).isEqualTo("HEARTH_NAMES=rack-7\n");
        assertThat(client.ask("setup", Map.of()).path("name").asText()).isEqualTo("rack-7");
        assertThatThrownBy(() -> client.ask("name-set", Map.of("name", "Rack 7")))
                .isInstanceOf(Problem.class);
        assertThatThrownBy(() -> client.ask("name-set", Map.of("name", "../x"))).isInstanceOf(Problem.class);
    }

    @Test
    void thePortForFurtherNodesIsOpenedAndClosed() {
        client.ask("nodes-may-join", Map.of("allowed", true));
        assertThat(client.ask("setup", Map.of()).path("nodesMayJoin").asBoolean())
                .isTrue();
        assertThat(machine.systemctl()).contains("restart hearth-firewall.service");
        client.ask("nodes-may-join", Map.of("allowed", false));
        assertThat(machine.file("var/lib/hearth-system/nodes-may-join")).doesNotExist();
    }

    @Test
    void aMachineJoinsAtItsNextStartAndForgetsItsOwnControlPlane() throws Exception {
        client.ask("name-set", Map.of("name", "rack-7"));
        machine.write("var/lib/hearth/hearth.db", "own");
        machine.write("var/lib/hearth/keys/authority.pem", "own");
        machine.write("var/lib/hearth-agent/identity.pem", "of the own control plane");
        client.ask("join", JOIN);
        assertThat(machine.systemctl()).contains("--no-block reboot");
        assertThat(machine.read("var/lib/hearth/hearth.db"))
                .as("until the next start")
                .isEqualTo("own");
        assertThat(client.ask("setup", Map.of()).path("joins").asBoolean()).isTrue();
        assertThatThrownBy(() -> client.ask("first-node", Map.of())).hasMessageContaining("set up already");

        machine.starts();
        assertThat(machine.read("run/hearth/role")).isEqualTo("node\n");
        assertThat(machine.read("run/hearth/agent.env")).isEqualTo(AGENT);
        assertThat(machine.read("run/hearth/control-plane.env")).isEmpty();
        assertThat(machine.read("var/lib/hearth-system/join-code")).isEqualTo(CODE + "\n");
        assertThat(machine.file("var/lib/hearth")).isEmptyDirectory();
        assertThat(machine.file("var/lib/hearth-agent")).isEmptyDirectory();
        assertThat(machine.file("var/lib/hearth-system/joining")).doesNotExist();
        machine.write("var/lib/hearth-agent/identity.pem", "of the other one");
        machine.starts();
        assertThat(machine.read("var/lib/hearth-agent/identity.pem"))
                .as("only once")
                .isEqualTo("of the other one");
        assertThatThrownBy(() -> client.ask("join", JOIN)).hasMessageContaining("set up already");
    }

    @Test
    void aNodeThatWasNotTakenInGoesBackToTheSetUp() throws Exception {
        client.ask("join", JOIN);
        machine.starts();
        machine.run("back-to-set-up");
        machine.starts();
        assertThat(machine.read("run/hearth/role")).isEqualTo("first\n");
        assertThat(machine.read("run/hearth/agent.env")).isEmpty();
        assertThat(client.ask("setup", Map.of()).path("role").asText()).isEmpty();
        client.ask("join", JOIN);
        machine.starts();
        machine.write("var/lib/hearth-agent/identity.pem", "taken in");
        machine.run("back-to-set-up");
        machine.starts();
        assertThat(machine.read("run/hearth/role"))
                .as("one that was taken in stays")
                .isEqualTo("node\n");
    }

    /** The settings lie there as provision.yaml would have made them. */
    @Test
    void aNodeOfTheSetUpIsOneOfProvisionYaml() throws Exception {
        client.ask("join", JOIN);
        Path file = folder.resolve("provision.yaml");
        Files.writeString(
                file,
                "version: 1\nrole: node\nhostname: rack-7\ncontrol-plane: https://10.0.0.5:8444\njoin-code: \"" + CODE
                        + "\"\ndisk: {path: /dev/vda}\n");
        Path disks = folder.resolve("disks.json");
        Files.writeString(
                disks,
                "{\"blockdevices\":[{\"path\":\"/dev/vda\",\"type\":\"disk\",\"size\":100000000000,\"model\":\"x\",\"serial\":\"1\","
                        + "\"tran\":\"virtio\",\"rm\":false,\"ro\":false,\"mountpoints\":[null],\"partlabel\":null,\"fstype\":null}]}");
        Process process = new ProcessBuilder(
                        machine.file("usr/lib/hearth/java/bin/java").toString(),
                        "-cp",
                        "x",
                        "io.hearth.provisioning.ProvisionMain",
                        "install",
                        "--file",
                        file.toString(),
                        "--disks",
                        disks.toString(),
                        "--settings",
                        folder.resolve("settings").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        for (String name : java.util.List.of("agent.env", "join-code", "name", "role")) {
            assertThat(machine.read("var/lib/hearth-system/joining/" + name))
                    .as(name)
                    .isEqualTo(Files.readString(folder.resolve("settings/" + name)));
        }
    }

    /** Whatever was done of it when the power went: the next start does all of it. */
    @Test
    void aPowerCutWhileItBecomesANodeIsNoLoss() throws Exception {
        client.ask("join", JOIN);
        machine.write("var/lib/hearth-system/agent.env", AGENT);
        machine.write("var/lib/hearth/keys/authority.pem", "what was left");
        machine.write("var/lib/hearth-system/join-code.next", "half");
        machine.starts();
        assertThat(machine.read("run/hearth/role")).isEqualTo("node\n");
        assertThat(machine.read("var/lib/hearth-system/join-code")).isEqualTo(CODE + "\n");
        assertThat(machine.file("var/lib/hearth")).isEmptyDirectory();
    }

    @Test
    void aMachineOnAMediumDoesNotJoin() {
        machine.write("run/hearth/mode", "install\n");
        assertThatThrownBy(() -> client.ask("join", JOIN)).hasMessageContaining("medium");
        assertThat(machine.file("var/lib/hearth-system/joining")).doesNotExist();
        machine.write("run/hearth/mode", "disk\n");
        assertThatThrownBy(() -> client.ask(
                        "join", Map.of("name", "x", "control-plane", "https://10.0.0.5:8444\nX=1", "code", CODE)))
                .isInstanceOf(Problem.class);
        assertThatThrownBy(() ->
                        client.ask("join", Map.of("name", "x", "control-plane", "http://10.0.0.5:8444", "code", CODE)))
                .isInstanceOf(Problem.class);
        client.ask("first-node", Map.of());
        assertThatThrownBy(() -> client.ask("join", JOIN)).hasMessageContaining("set up already");
        assertThatThrownBy(() -> client.ask("name-set", Map.of("name", "x"))).hasMessageContaining("set up already");
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
