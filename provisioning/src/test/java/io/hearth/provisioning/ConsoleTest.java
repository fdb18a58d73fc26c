package io.hearth.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The screen of a machine at a pseudo-terminal: the image's own programs; see {@link MachineFolder}. */
class ConsoleTest {
    @TempDir
    Path folder;

    private MachineFolder machine;
    private Terminal terminal;

    @BeforeEach
    void machine() throws Exception {
        machine = MachineFolder.in(folder);
        machine.write(
                "var/lib/hearth-system/network/14-hearth.network",
                "[Match]\nName=en*\n\n[Network]\nAddress=10.0.0.5/24\n");
        machine.write("run/systemd/network/14-hearth.network", "[Match]\nName=en*\n\n[Network]\nAddress=10.0.0.5/24\n");
        machine.write("run/systemd/resolve/resolv.conf", "nameserver 10.0.0.2\n");
    }

    @AfterEach
    void end() throws Exception {
        if (terminal != null) {
            terminal.close();
        }
        if (Files.exists(machine.file("trial"))) {
            ProcessHandle.of(Long.parseLong(machine.read("trial").strip())).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private void start(String kind, Map<String, String> more) throws Exception {
        Map<String, String> environment = new HashMap<>(machine.environment());
        environment.putAll(more);
        terminal = new Terminal(
                List.of("bash", MachineFolder.IMAGE.resolve("bin/console").toString(), kind),
                environment,
                machine.file("journal"));
    }

    private String kept() throws Exception {
        return machine.read("var/lib/hearth-system/network/14-hearth.network");
    }

    /** Every answer that is wrong gets a sentence at once; then settings are tried, and kept by a key. */
    @Test
    void setsAStaticAddressAndKeepsIt() throws Exception {
        start("screen", Map.of());
        terminal.await("n network");
        terminal.type("n");
        terminal.await("router 10.0.0.1   name servers 10.0.0.2");
        terminal.answer("Interface, by number or name [eno1]: ", "eno7");
        terminal.await("There is no interface \"eno7\". Type a number from 1 to 2, or a name of the list.");
        terminal.answer("[eno1]: ", "1");
        terminal.answer("VLAN, or - for none: ", "5000");
        terminal.await("\"network.vlan\" is 5000; it must be at most 4094.");
        terminal.answer("none: ", "");
        terminal.answer("Addresses: dhcp or static [dhcp]: ", "fixed");
        terminal.await("\"fixed\" is neither dhcp nor static");
        terminal.answer("[dhcp]: ", "static");
        terminal.answer("[10.0.0.5/24]: ", "10.9.9.9");
        terminal.await("\"10.9.9.9\" is no address with prefix");
        terminal.answer("[10.0.0.5/24]: ", "10.9.9.9/24");
        // What was the router is in none of the new networks.
        terminal.answer("none [10.0.0.1]: ", "");
        terminal.await("lies in none of the networks");
        terminal.answer("none [10.0.0.1]: ", "10.9.9.8\u007f1");
        terminal.answer("none [10.0.0.2]: ", "ns.example");
        terminal.await("\"ns.example\" is no address");
        terminal.answer("none [10.0.0.2]: ", "10.9.9.2 10.9.9.3");
        terminal.await("eno1, 10.9.9.9/24, router 10.9.9.1, name servers 10.9.9.2 10.9.9.3");
        assertThat(machine.file("networkctl")).as("before the last question").doesNotExist();
        terminal.answer("Type yes and Enter", "yes");
        terminal.await("s left");
        assertThat(machine.read("networkctl")).startsWith("reload Address=10.9.9.9/24");
        assertThat(kept()).as("before it is kept").contains("10.0.0.5");
        terminal.type("k");
        terminal.await("The new network settings are kept.");
        assertThat(kept()).contains("10.9.9.9/24", "Gateway=10.9.9.1", "DNS=10.9.9.2", "DNS=10.9.9.3");
        assertThat(machine.read("journal"))
                .contains(
                        "hearth console: other network settings are tried: eno1 10.9.9.9/24 router 10.9.9.1",
                        "hearth console: The new network settings are kept.");
    }

    @Test
    void whatNobodyKeepsIsTakenBackAndSoIsWhatSomebodyTakesBack() throws Exception {
        start("serial", Map.of("HEARTH_NETWORK_SECONDS", "3"));
        terminal.await("press Enter.");
        terminal.type("\r");
        dhcpOn("eno2");
        terminal.await("The earlier network settings are back.");
        assertThat(machine.read("run/systemd/network/14-hearth.network")).contains("10.0.0.5");
        assertThat(kept()).contains("10.0.0.5");
        terminal.close();

        start("serial", Map.of("HEARTH_NETWORK_SECONDS", "600"));
        terminal.await("press Enter.");
        terminal.type("\r");
        dhcpOn("eno2");
        terminal.await("s left");
        terminal.type("xt");
        terminal.await("The earlier network settings are back.");
        assertThat(kept()).contains("10.0.0.5");
    }

    private void dhcpOn(String name) throws Exception {
        terminal.await("n network");
        terminal.type("n");
        terminal.answer("Interface, by number or name", name);
        terminal.answer("VLAN", "30");
        terminal.answer("dhcp or static", "d");
        terminal.answer("Name servers", "-");
        terminal.await(name + ", VLAN 30, addresses by DHCP, router by DHCP, name servers by DHCP");
        terminal.answer("Type yes and Enter", "yes");
        terminal.await("s left");
        assertThat(machine.read("run/systemd/network/12-vlan.netdev")).contains("Id=30");
    }

    /** Escape at any question, or nobody there any more: back to the screen, and nothing has happened. */
    @Test
    void leavingOrGoingAwayChangesNothing() throws Exception {
        start("screen", Map.of("HEARTH_CONSOLE_PATIENCE", "4"));
        terminal.await("n network");
        terminal.type("n");
        terminal.answer("Interface, by number or name", "eno1");
        terminal.await("VLAN");
        terminal.type("\033");
        terminal.await("n network");
        terminal.type("n");
        terminal.await("Interface, by number or name");
        terminal.await("n network");
        terminal.type("r");
        terminal.await("Type yes and Enter");
        terminal.await("n network");
        terminal.type("f");
        terminal.answer("Name of this machine", "box-2");
        terminal.await("That is not the name of this machine. Nothing was erased.");
        assertThat(machine.file("networkctl")).doesNotExist();
        assertThat(machine.read("systemctl")).doesNotContain("reboot");
        assertThat(machine.file("efi/hearth-reset")).doesNotExist();
    }

    @Test
    @Timeout(120)
    void keysThatWouldEndAProgramDoNotLeadOut() throws Exception {
        start("screen", Map.of());
        for (String key :
                List.of("\003", "\004", "\032", "\034", "\021\023", "\033[A\033OP\033[24~", "!sh\r", ":!sh\r")) {
            terminal.await("n network");
            terminal.type(key);
            // What follows an Escape at once belongs to it, and a busy machine reads late.
            while (!terminal.now().contains("a line of the log")) {
                Thread.sleep(1000);
                terminal.type("l");
            }
            terminal.await("a line of the log");
            terminal.type(key);
            terminal.type(" ");
        }
        terminal.await("n network");
        assertThat(terminal.runs()).isTrue();
        assertThat(machine.read("systemctl")).doesNotContain("reboot").doesNotContain("poweroff");
    }

    /** What a chatty or disturbed line brings: the screen is there afterwards, and nothing was restarted, set or erased. */
    @Test
    void garbageDoesNothing() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        plugInSticks();
        start("serial", Map.of("HEARTH_CONSOLE_PATIENCE", "2"));
        terminal.await("press Enter.");
        for (int round = 0; round < 12; round++) {
            byte[] bytes = new byte[400];
            random.nextBytes(bytes);
            terminal.type(bytes);
            terminal.type("\rrrr\rppp\rfff\rbox\rnnn\r\r\r".getBytes());
            Thread.sleep(300);
        }
        // Its own words come back, as from a line with an echo.
        terminal.type(terminal.all());
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!terminal.all().strip().endsWith("press Enter.")) {
            assertThat(System.nanoTime())
                    .as("seed %d: %s", seed, terminal.now())
                    .isLessThan(end);
            Thread.sleep(500);
        }
        assertThat(machine.read("systemctl"))
                .as("seed %d", seed)
                .doesNotContain("reboot")
                .doesNotContain("poweroff")
                .doesNotContain("network-trial");
        assertThat(machine.file("efi/hearth-reset")).doesNotExist();
        assertThat(terminal.runs()).isTrue();
    }

    @Test
    void theNameOfTheMachineOrdersAReset() throws Exception {
        start("screen", Map.of());
        terminal.await("f factory reset");
        terminal.type("f");
        terminal.await("Erases all that this machine keeps");
        terminal.answer("Name of this machine; Escape goes back: ", "box-1");
        terminal.await("The machine restarts and erases its data.");
        assertThat(machine.read("efi/hearth-reset/order"))
                .isEqualTo("order=\nname=box-1\ndata=plain\nencryption=none\nfile=\n");
        assertThat(machine.read("systemctl")).contains("reboot");
        assertThat(machine.read("journal")).contains("hearth console: factory reset ordered");
    }

    /** A word that is typed restarts; the same key twice, as a bouncing one gives it, does not, nor a word from before the question. */
    @Test
    void restartsAfterAWord() throws Exception {
        start("screen", Map.of());
        terminal.await("r restart");
        terminal.type("r");
        terminal.answer("Type yes and Enter", "r");
        terminal.await("n network");
        terminal.type("ryes\r");
        terminal.await("Type yes and Enter");
        Thread.sleep(400);
        terminal.type("\033");
        terminal.await("n network");
        assertThat(machine.read("systemctl")).doesNotContain("reboot");
        terminal.type("r");
        terminal.answer("Type yes and Enter", "yes");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!machine.read("systemctl").contains("reboot")) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(50);
        }
    }

    private static final String STICKS = """
            {"blockdevices": [
             {"path":"/dev/sdz","type":"disk","size":8000000000,"ro":false,"rm":true,"hotplug":true,"tran":"usb","fstype":null,"mountpoints":[null],"model":"Flash",
              "children":[{"path":"/dev/sdz1","type":"part","size":7999000000,"ro":false,"fstype":"vfat","uuid":"1234-ABCD","label":"MY\\u001b[2JSTICK","mountpoints":[null]}]},
             {"path":"/dev/sdy","type":"disk","size":4000000000,"ro":false,"rm":true,"hotplug":true,"tran":"usb","fstype":"ntfs","uuid":"AB12","label":"WINDOWS","mountpoints":[null],"model":"Other"}]}
            """;

    private void plugInSticks() throws Exception {
        machine.write("devices/disks.json", STICKS);
        machine.write("devices/sdz1/provision.yaml", "version: 1\n");
        machine.write("run/hearth/role-first", "");
        Files.createDirectories(machine.file("var/lib/hearth/support-stick"));
    }

    private List<String> onStick() throws Exception {
        try (Stream<Path> files = Files.list(machine.file("devices/sdz1"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals("provision.yaml"))
                    .toList();
        }
    }

    /** The control plane sees that somebody asks, and leaves a bundle; one of before is not taken. */
    @Test
    void aBundleOfTheControlPlaneGetsOntoTheStick() throws Exception {
        plugInSticks();
        machine.write("var/lib/hearth/support-stick/bundle.zip", "one of before");
        Thread.ofVirtual().start(() -> {
            try {
                while (!Files.exists(machine.file("run/hearth/support-asked"))) {
                    Thread.sleep(50);
                }
                Thread.sleep(1500);
                machine.write("var/lib/hearth/support-stick/bundle.zip", "the bundle");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        // Seconds of the stand-in of sleep pass a hundred times as fast.
        start("screen", Map.of("HEARTH_SUPPORT_PATIENCE", "6000"));
        terminal.await("b support bundle");
        terminal.type("b");
        terminal.await("1  MY[2JSTICK  7999 MB  vfat");
        terminal.await("WINDOWS  4000 MB  ntfs");
        terminal.await("has the file system ntfs, which is not written here");
        terminal.answer("Escape goes back [1]: ", "2");
        terminal.await("There is no stick of this number. Type one from 1 to 1.");
        terminal.answer("Escape goes back [1]: ", "");
        terminal.await("The control plane makes the bundle");
        terminal.await("is on the stick MY[2JSTICK. You may pull it out.");
        assertThat(onStick()).singleElement().asString().matches("hearth-support-box-1-\\d{8}-\\d{6}\\.zip");
        assertThat(machine.file("devices/sdz1/" + onStick().getFirst())).hasContent("the bundle");
        assertThat(machine.file("devices/sdz1/provision.yaml")).hasContent("version: 1");
        assertThat(machine.file("run/hearth/support-asked")).doesNotExist();
        assertThat(machine.read("journal"))
                .contains("hearth console: support bundle at the screen, by the control-plane");
    }

    /** One that runs and does not answer, one that does not run, and a node without one. What Java makes of it, another test says. */
    @Test
    void withoutAControlPlaneTheMachineTellsWhatItCan() throws Exception {
        plugInSticks();
        start("serial", Map.of("HEARTH_SUPPORT_PATIENCE", "2"));
        terminal.await("press Enter.");
        terminal.type("\rb");
        terminal.answer("Escape goes back [1]: ", "");
        terminal.await("The control plane makes the bundle");
        terminal.await("What this machine itself can tell is gathered");
        terminal.await("The support bundle could not be made. The journal says more (key l).");
        assertThat(onStick()).isEmpty();
        assertThat(machine.file("run/hearth/support-asked")).doesNotExist();

        machine.write("usr/lib/hearth/java/bin/java", """
                #!/bin/bash
                while (($# > 2)); do shift; done
                cat "$1"/*.json "$1"/*.txt >"$2"
                """);
        machine.write("devices/is-active", "failed\n");
        terminal.type("b");
        terminal.answer("Escape goes back [1]: ", "1");
        terminal.await("What this machine itself can tell is gathered");
        terminal.await("You may pull it out.");
        assertThat(onStick()).hasSize(1);
        assertThat(machine.read("devices/sdz1/" + onStick().getFirst())).contains("\"eno1\"", "a line of the log");
        assertThat(machine.file("run/hearth/support/machine.zip")).doesNotExist();
        assertThat(machine.file("run/hearth/support/gathered")).doesNotExist();
    }

    @Test
    void leavingWritesNothingAndNoStickIsSaid() throws Exception {
        plugInSticks();
        start("screen", Map.of());
        terminal.await("b support bundle");
        terminal.type("b");
        terminal.await("Escape goes back [1]: ");
        Thread.sleep(400);
        terminal.type("\033");
        terminal.await("b support bundle");
        machine.write("devices/disks.json", "{\"blockdevices\":[]}");
        terminal.type("b\r");
        terminal.await("There is no stick that can be written to. Plug one in");
        Thread.sleep(400);
        terminal.type(" ");
        terminal.await("b support bundle");
        assertThat(onStick()).isEmpty();
        assertThat(machine.file("run/hearth/support/order")).doesNotExist();
    }
}
