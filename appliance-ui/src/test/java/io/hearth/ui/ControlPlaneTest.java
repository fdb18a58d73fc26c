package io.hearth.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts that are refused, each in a process of its own. */
class ControlPlaneTest {
    @TempDir
    Path folder;

    @Test
    void twoControlPlanesNeverShareAHome() throws Exception {
        try (FileChannel channel = FileChannel.open(
                        folder.resolve("control-plane.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assertThat(lock.isValid()).isTrue();
            assertThat(start("-Dhearth.port=0"))
                    .contains("exit 2")
                    .contains("Another control plane is running with the folder " + folder);
            assertThat(folder.resolve("keys")).doesNotExist();
        }
    }

    @Test
    void aPortThatIsInUseIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(start(
                            "-Dhearth.host=127.0.0.1", "-Dhearth.port=0", "-Dhearth.node-port=" + taken.getLocalPort()))
                    .contains("exit 2")
                    .contains("Port " + taken.getLocalPort() + " on 127.0.0.1 cannot be used")
                    .contains("HEARTH_NODE_PORT");
        }
    }

    @Test
    void settingsThatMakeNoSenseAreNamed() throws Exception {
        assertThat(start("-Dhearth.port=https")).contains("exit 2").contains("hearth.port is https");
        Path file = Files.writeString(folder.resolve("file"), "not a folder");
        assertThat(start("-Dhearth.home=" + file)).contains("exit 2").contains("HEARTH_HOME");
    }

    private String start(String... settings) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "-Dhearth.home=" + folder));
        command.addAll(List.of(settings));
        command.add(ControlPlane.class.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return said + "exit " + process.exitValue();
    }
}
