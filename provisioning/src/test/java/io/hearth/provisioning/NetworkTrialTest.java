package io.hearth.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image's own {@code network-trial} with the rules of provision.yaml, in a folder that stands for "/"; {@code src/test/machine} has
 * what stands in for networkctl and ip, which need a machine.
 */
class NetworkTrialTest {
    private static final Path PROGRAM = Path.of("../os-image/overlay/usr/lib/hearth/bin/network-trial");

    @TempDir
    Path root;

    private Process process;

    @BeforeEach
    void machine() throws IOException {
        MachineFolder.in(root);
        write(
                "var/lib/hearth-system/network/14-hearth.network",
                "[Match]\nName=en*\n\n[Network]\nAddress=10.0.0.5/24\n");
        write("run/systemd/network/14-hearth.network", "[Match]\nName=en*\n\n[Network]\nAddress=10.0.0.5/24\n");
    }

    @AfterEach
    void end() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Test
    void takesBackWhatNobodyConfirms() throws Exception {
        start("interface: eno1, addresses: [10.9.9.9/24]", 2);
        await("trying");
        assertThat(kept()).contains("10.0.0.5");
        await("taken-back");
        assertThat(read("networkctl")).startsWith("reload Address=10.9.9.9/24");
        assertThat(read("run/systemd/network/14-hearth.network")).contains("10.0.0.5");
        assertThat(kept()).contains("10.0.0.5");
        assertThat(read("networkctl").strip()).endsWith("reconfigure eno2 Address=10.0.0.5/24");
    }

    @Test
    void keepsWhatIsConfirmed() throws Exception {
        start("interface: eno1, addresses: [10.9.9.9/24]", 60);
        await("trying");
        write("run/hearth/network/confirmed", "");
        await("kept");
        assertThat(kept()).contains("10.9.9.9").doesNotContain("10.0.0.5");
        assertThat(root.resolve("var/lib/hearth-system/network.before")).doesNotExist();
    }

    @Test
    void beingEndedBringsTheEarlierOnesBack() throws Exception {
        start("interface: eno1, addresses: [10.9.9.9/24]", 60);
        await("trying");
        process.destroy();
        await("taken-back");
        assertThat(read("run/systemd/network/14-hearth.network")).contains("10.0.0.5");
        assertThat(kept()).contains("10.0.0.5");
    }

    /** Whatever is killed: nothing that survives a restart was written before it was confirmed. */
    @Test
    void aPowerCutBeforeTheConfirmationLeavesTheEarlierOnes() throws Exception {
        start("interface: eno1, addresses: [10.9.9.9/24]", 60);
        await("trying");
        process.destroyForcibly().waitFor();
        assertThat(kept()).contains("10.0.0.5").doesNotContain("10.9.9.9");
    }

    @Test
    void saysWhatIsWrongAndAppliesNothing() throws Exception {
        start("interface: eno1, addresses: [10.9.9.999/24]", 60);
        await("wrong");
        assertThat(read("run/hearth/network/mistakes")).contains("10.9.9.999");
        assertThat(root.resolve("networkctl")).doesNotExist();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    private String kept() throws IOException {
        return read("var/lib/hearth-system/network/14-hearth.network");
    }

    private void start(String network, int seconds) throws IOException {
        write(
                "run/hearth/network/provision.yaml",
                "version: 1\nrole: first\ndisk: {path: /dev/none}\nnetwork: {" + network + "}\n");
        ProcessBuilder builder =
                new ProcessBuilder("/bin/bash", PROGRAM.toAbsolutePath().toString());
        builder.environment().put("HEARTH_SYSTEM_ROOT", root.toString());
        builder.environment().put("HEARTH_NETWORK_SECONDS", Integer.toString(seconds));
        builder.environment().put("PATH", Path.of("src/test/machine").toAbsolutePath() + ":" + System.getenv("PATH"));
        process = builder.redirectErrorStream(true)
                .redirectOutput(root.resolve("output").toFile())
                .start();
    }

    private void await(String state) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        while (!read("run/hearth/network/state").strip().equals(state)) {
            String said = read("output") + read("run/hearth/network/mistakes");
            assertThat(System.nanoTime()).as("%s; %s", state, said).isLessThan(end);
            assertThat(said)
                    .as("while waiting for %s", state)
                    .doesNotContain(state.equals("wrong") ? "trying" : "wrong");
            Thread.sleep(50);
        }
    }

    private void write(String path, String text) throws IOException {
        Files.createDirectories(root.resolve(path).getParent());
        Files.writeString(root.resolve(path), text);
    }

    private String read(String path) throws IOException {
        return Files.exists(root.resolve(path)) ? Files.readString(root.resolve(path)) : "";
    }
}
