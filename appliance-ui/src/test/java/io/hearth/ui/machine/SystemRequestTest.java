package io.hearth.ui.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.hearth.ui.core.Problem;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The image's own program and the client of its socket, with what {@link StandInMachine} says stands in for a machine. */
class SystemRequestTest {
    private static final String SIGNATURE =
            "signature verification failed: Verify error: unable to get local issuer certificate";

    @TempDir
    Path folder;

    private StandInMachine machine;
    private MachineSocket client;

    @BeforeEach
    void start() throws IOException {
        machine = new StandInMachine(folder);
        machine.shares(Files.createDirectory(folder.resolve("home")));
        client = new MachineSocket(machine.socket(), Duration.ofMinutes(1));
    }

    @AfterEach
    void stop() throws IOException {
        machine.close();
    }

    @Test
    void tellsSlotsAndWhatBecameOfThem() {
        machine.entry("slot-b+0-3.conf", "0.2.0", 1);
        machine.noted("2026-11-27T10:00:00Z A 0.1.0 healthy");
        machine.noted("2026-11-27T10:05:00Z B 0.2.0 failed: the agent does not run: \"x\" {0}");
        JsonNode status = client.ask("status", Map.of());
        assertThat(status.path("version").asText()).isEqualTo("0.1.0");
        assertThat(status.path("slots").findValuesAsText("state")).containsExactly("proven", "failed");
        assertThat(status.path("slots").findValuesAsText("version")).containsExactly("0.1.0", "0.2.0");
        assertThat(status.path("slots").findValuesAsText("running")).containsExactly("true", "false");
        assertThat(status.path("slots").findValuesAsText("next")).containsExactly("true", "false");
        assertThat(status.path("log").path(1).path("text").asText())
                .isEqualTo("failed: the agent does not run: \"x\" {0}");

        machine.write("efi/loader/entries/slot-a+2-1.conf", machine.read("efi/loader/entries/slot-a.conf"));
        assertThat(machine.file("efi/loader/entries/slot-a.conf").toFile().delete())
                .isTrue();
        JsonNode trial = client.ask("status", Map.of()).path("slots").path(0);
        assertThat(trial.path("state").asText()).isEqualTo("trial");
        assertThat(trial.path("attempts").asInt()).isEqualTo(2);
    }

    @Test
    void aMachineThatRunsFromAMediumHasNoSlots() throws IOException {
        Files.delete(machine.file("run/hearth/slot"));
        machine.write("run/hearth/mode", "install\n");
        JsonNode status = client.ask("status", Map.of());
        assertThat(status.path("mode").asText()).isEqualTo("install");
        assertThat(status.path("slots")).isEmpty();
    }

    @Test
    void installsAnUploadedBundleAndTellsHowFarItIs() throws IOException {
        upload(StandInMachine.bundle("0.2.0", Map.of("notes", "What is \"new\": 你好")));
        JsonNode found = client.ask("inspect", Map.of());
        assertThat(found.path("version").asText()).isEqualTo("0.2.0");
        assertThat(found.path("signer").asText()).isEqualTo("CN = Example updates");
        assertThat(found.path("notes").asText()).isEqualTo("What is \"new\": 你好");
        assertThat(found.path("size").asLong()).isEqualTo(3 << 20);
        assertThat(found.path("systemSize").asLong()).isEqualTo(356_700_160L);
        assertThat(found.path("refused")).isEqualTo(NullNode.instance);

        List<MachineProgress> seen = new ArrayList<>();
        JsonNode answer = client.ask("install", Map.of("bundle", "upload"), seen::add);
        assertThat(answer.at("/outcome/result").asText()).isEqualTo("installed");
        assertThat(seen).contains(new MachineProgress(40, "installing", "Copying image to rootfs.1"));
        assertThat(seen.getFirst().step()).isEqualTo("checking");
        JsonNode status = client.ask("status", Map.of());
        assertThat(status.path("slots").findValuesAsText("next")).containsExactly("false", "true");
        assertThat(status.path("slots").findValuesAsText("state")).containsExactly("proven", "trial");
        assertThat(status.path("uploaded").asBoolean())
                .as("an installed bundle takes no room")
                .isFalse();
        assertThat(status.at("/log/0/text").asText()).isEqualTo("installed 0.2.0");
    }

    @Test
    void refusesWithTheReasonBeforeAnythingIsWritten() throws IOException {
        refused("older", StandInMachine.bundle("0.0.9", Map.of()), "0.0.9, which is older than 0.1.0");
        refused("older", StandInMachine.bundle("0.1.0-rc.1", Map.of()), "older than 0.1.0");
        refused("signature", StandInMachine.bundle("0.2.0", Map.of("fault", SIGNATURE)), "is not signed by anybody");
        refused(
                "certificate-time",
                StandInMachine.bundle(
                        "0.2.0",
                        Map.of("fault", "signature verification failed: Verify error: certificate has expired")),
                "not valid at this time");
        refused(
                "too-big",
                StandInMachine.bundle("0.2.0", Map.of("size", StandInMachine.SLOT + (1 << 20))),
                "has 1025 MiB; the slots of this machine have 1024 MiB");
        refused("other-machine", StandInMachine.bundle("0.2.0", Map.of("compatible", "toaster")), "toaster");
        refused("no-hearth-bundle", "PK no bundle".getBytes(StandardCharsets.UTF_8), "no update bundle");
        upload(StandInMachine.bundle("0.2.0", Map.of("damaged", true)));
        assertThatThrownBy(() -> client.ask("install", Map.of("bundle", "upload")))
                .hasMessageContaining("Nothing was written");
        assertThat(machine.file("efi/loader/entries/slot-b+3.conf")).doesNotExist();
    }

    @Test
    void anOlderVersionIsInstalledOnRequestOnly() throws IOException {
        upload(StandInMachine.bundle("0.0.9", Map.of()));
        client.ask("install", Map.of("bundle", "upload", "older", true));
        assertThat(machine.file("devices/older-was-allowed")).exists();
        assertThat(machine.file("run/hearth/allow-older"))
                .as("allowed for this once")
                .doesNotExist();
        upload(StandInMachine.bundle("0.0.9", Map.of("fault", SIGNATURE)));
        assertThatThrownBy(() -> client.ask("install", Map.of("bundle", "upload", "older", true)))
                .as("the request is for older ones, not for strangers'")
                .hasMessageContaining("is not signed by anybody");
    }

    @Test
    void whatRaucSaysIsTheReason() throws IOException {
        upload(StandInMachine.bundle(
                "0.2.0",
                Map.of("error", "Installation error: Failed updating slot rootfs.1: No space left on device")));
        assertThatThrownBy(() -> client.ask("install", Map.of("bundle", "upload")))
                .hasMessageContaining("No space left on device");
        JsonNode last = client.ask("status", Map.of()).path("last");
        assertThat(last.path("result").asText()).isEqualTo("refused");
        assertThat(last.at("/refused/code").asText()).isEqualTo("failed");
        assertThat(client.ask("status", Map.of()).path("uploaded").asBoolean())
                .as("it can be tried again")
                .isTrue();
    }

    @Test
    void bundlesOnSticksAreNamedByIdsAndInstalled() throws IOException {
        machine.plugIn(
                "1234-ABCD",
                "UPDATES",
                Map.of(
                        "hearth-0.2.0.raucb", StandInMachine.bundle("0.2.0", Map.of()),
                        "$(touch x) 'y'.RAUCB", StandInMachine.bundle("0.0.9", Map.of()),
                        "notes.txt", new byte[] {1}));
        JsonNode found = client.ask("sticks", Map.of()).path("bundles");
        assertThat(found.findValuesAsText("name")).containsExactly("$(touch x) 'y'.RAUCB", "hearth-0.2.0.raucb");
        assertThat(found.path(0).at("/refused/code").asText()).isEqualTo("older");
        assertThat(found.path(1).path("stick").asText()).isEqualTo("UPDATES");
        assertThat(found.path(1).path("version").asText()).isEqualTo("0.2.0");
        List<MachineProgress> seen = new ArrayList<>();
        client.ask("install", Map.of("bundle", found.path(1).path("bundle").asText()), seen::add);
        assertThat(seen).extracting(MachineProgress::step).contains("copying", "checking", "installing");
        machine.write("devices/lsblk.json", "{\"blockdevices\":[]}");
    }

    @Test
    void aStickThatIsGoneIsNotInstalledFrom() throws IOException {
        assertThatThrownBy(() -> client.ask("install", Map.of("bundle", "0123456789abcdef")))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("not plugged in");
    }

    @Test
    void anInstallationGoesOnWithoutItsAskerAndIsFoundAgain() throws Exception {
        upload(StandInMachine.bundle("0.2.0", Map.of()));
        machine.hold();
        try (SocketChannel asker = SocketChannel.open(UnixDomainSocketAddress.of(machine.socket()))) {
            asker.write(
                    ByteBuffer.wrap("{\"verb\":\"install\",\"bundle\":\"upload\"}\n".getBytes(StandardCharsets.UTF_8)));
            // The first line: it has begun. Then the asker is gone, as when the control plane is killed.
            assertThat(Channels.newInputStream(asker).read()).isEqualTo('{');
        }
        JsonNode status = client.ask("status", Map.of());
        assertThat(status.path("installing").isNull()).isFalse();
        for (String verb : List.of("restart", "power-off", "discard")) {
            assertThatThrownBy(() -> client.ask(verb, Map.of())).hasMessageContaining("being installed");
        }
        assertThatThrownBy(() -> client.ask("install", Map.of("bundle", "upload")))
                .hasMessageContaining("being installed");
        List<MachineProgress> seen = new ArrayList<>();
        machine.goOn();
        JsonNode outcome = client.ask("follow", Map.of(), seen::add).path("outcome");
        assertThat(outcome.path("result").asText()).isEqualTo("installed");
        assertThat(machine.systemctl()).isEmpty();
        client.ask("restart", Map.of());
        assertThat(machine.systemctl()).isEqualTo("--no-block reboot\n");
    }

    @Test
    void anInstallationThatAPowerCutEndedIsToldAsInterrupted() throws Exception {
        upload(StandInMachine.bundle("0.2.0", Map.of()));
        machine.hold();
        Thread asker = Thread.ofVirtual()
                .start(() -> assertThatThrownBy(() -> client.ask("install", Map.of("bundle", "upload")))
                        .isInstanceOf(Problem.class));
        while (!machine.read("run/hearth/updates.progress").contains("Copying")) {
            Thread.onSpinWait();
        }
        machine.powerCut();
        asker.join();
        JsonNode status = client.ask("status", Map.of());
        assertThat(status.path("installing").isNull()).isTrue();
        assertThat(status.at("/last/result").asText()).isEqualTo("interrupted");
        machine.goOn();
        client.ask("install", Map.of("bundle", "upload"));
        assertThat(client.ask("status", Map.of()).at("/last/result").asText()).isEqualTo("installed");
    }

    @Test
    void aVersionThatFailedHereBeforeIsMarked() throws IOException {
        machine.noted("2026-11-27T10:05:00Z B 0.2.0 failed: the agent does not run");
        upload(StandInMachine.bundle("0.2.0", Map.of()));
        assertThat(client.ask("inspect", Map.of()).path("failedBefore").asBoolean())
                .isTrue();
        machine.noted("2026-11-27T10:09:00Z B 0.2.0 healthy");
        assertThat(client.ask("inspect", Map.of()).path("failedBefore").asBoolean())
                .isFalse();
    }

    @Test
    void aLinkIsNotTakenForABundle() throws IOException {
        Path place = machine.file("var/lib/hearth/updates/bundle.raucb");
        Files.createDirectories(place.getParent());
        Path secret = Files.writeString(folder.resolve("secret"), "secret");
        Files.createSymbolicLink(place, secret);
        assertThatThrownBy(() -> client.ask("inspect", Map.of())).hasMessageContaining("no uploaded bundle");
        assertThat(secret).content().isEqualTo("secret");
        assertThat(machine.file("var/lib/hearth-system/updates/bundle.raucb")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "status",
                "[]",
                "{\"verb\":\"status\"} {\"verb\":\"status\"}",
                "{\"verb\":{\"a\":1}}",
                "{\"verb\":\"no-such\"}",
                "{\"verb\":\"status; reboot\"}",
                "{\"verb\":\"status\",\"path\":\"/etc/shadow\"}",
                "{\"verb\":\"install\"}",
                "{\"verb\":\"install\",\"bundle\":null}",
                "{\"verb\":\"install\",\"bundle\":[\"upload\"]}",
                "{\"verb\":\"install\",\"bundle\":\"../../etc\"}",
                "{\"verb\":\"install\",\"bundle\":\"upload\\nx\"}",
                "{\"verb\":\"install\",\"bundle\":\"upload\",\"older\":\"yes\"}",
            })
    void whatIsNoRequestIsRefused(String request) throws IOException {
        upload(StandInMachine.bundle("0.2.0", Map.of()));
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(machine.socket()))) {
            channel.write(ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8)));
            channel.shutdownOutput();
            String answer = new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer)
                    .startsWith("{\"refused\":{\"code\":")
                    .endsWith("}\n")
                    .doesNotContain("fault");
        }
        assertThat(machine.file("efi/loader/entries/slot-b+3.conf")).doesNotExist();
    }

    @Test
    void whereThereIsNoMachineThatIsSaid() {
        MachineSocket nowhere = new MachineSocket(folder.resolve("none"), Duration.ofSeconds(1));
        assertThat(nowhere.present()).isFalse();
        assertThatThrownBy(() -> nowhere.ask("status", Map.of()))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("Updates come to this machine as Hearth itself came");
    }

    @Test
    void aMachineThatSaysNothingIsGivenUp() throws IOException {
        upload(StandInMachine.bundle("0.2.0", Map.of()));
        machine.hold();
        MachineSocket hasty = new MachineSocket(machine.socket(), Duration.ofSeconds(2));
        assertThatThrownBy(() -> hasty.ask("install", Map.of("bundle", "upload")))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("does not answer");
        machine.goOn();
        client.ask("follow", Map.of());
    }

    private void refused(String code, byte[] bundle, String sentence) throws IOException {
        upload(bundle);
        JsonNode found = client.ask("inspect", Map.of());
        assertThat(found.at("/refused/code").asText()).isEqualTo(code);
        assertThat(found.at("/refused/text").asText()).contains(sentence);
        assertThatThrownBy(() -> client.ask("install", Map.of("bundle", "upload")))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.kind()).isEqualTo(Problem.Kind.CONFLICT);
                    assertThat(problem.sentence().key()).isEqualTo("machine.refused." + code);
                })
                .hasMessageContaining(sentence);
        assertThat(machine.read("devices/systemctl")).isEmpty();
    }

    private void upload(byte[] bundle) throws IOException {
        Path place = machine.file("var/lib/hearth/updates/bundle.raucb");
        Files.createDirectories(place.getParent());
        Files.write(place, bundle);
    }
}
