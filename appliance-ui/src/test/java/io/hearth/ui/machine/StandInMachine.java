package io.hearth.ui.machine;

import io.hearth.ui.core.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A machine to ask in tests: the system image's own program behind a UNIX socket, started for each connection as systemd does, in a
 * folder that stands for "/". Real are the program, bash and jq; {@code src/test/machine} has what stands in for the programs that
 * need a machine (RAUC, lsblk, mount, blockdev, systemctl): they say and leave behind what the real ones do.
 */
public final class StandInMachine implements AutoCloseable {
    /** Bytes of a slot. */
    public static final long SLOT = 1L << 30;

    private static final Path OWN = Path.of("src/test/machine").toAbsolutePath();
    private static final Path IMAGE =
            Path.of("../os-image/overlay/usr/lib/hearth").toAbsolutePath().normalize();

    private final Path root;
    private final Path socket;
    private final ServerSocketChannel server;
    private final Set<Process> running = ConcurrentHashMap.newKeySet();

    /**
     * @param folder an empty folder for the machine
     */
    public StandInMachine(Path folder) throws IOException {
        if (!Files.isExecutable(Path.of("/usr/bin/jq"))) {
            throw new IllegalStateException("There is no jq, which the image's program needs: apt-get install -y jq");
        }
        root = Files.createDirectories(folder.resolve("root")).toRealPath();
        for (String made : List.of(
                "usr/lib/hearth",
                "etc/rauc",
                "run/hearth",
                "efi/loader/entries",
                "dev/disk/by-partlabel",
                "var/lib/hearth-system/generations",
                "devices")) {
            Files.createDirectories(root.resolve(made));
        }
        Files.copy(IMAGE.resolve("../../../etc/rauc/system.conf"), root.resolve("etc/rauc/system.conf"));
        write("run/hearth/mode", "disk\n");
        write("run/hearth/slot", "A\n");
        write("dev/disk/by-partlabel/hearth-root-a", SLOT + "\n");
        write("dev/disk/by-partlabel/hearth-root-b", SLOT + "\n");
        write("devices/lsblk.json", "{\"blockdevices\":[]}");
        runs("0.1.0");
        entry("slot-a.conf", "0.1.0", 0);
        java();
        socket = folder.resolve("system.sock");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(this::accept);
    }

    /** Java as the image has it, with the rules of provision.yaml in the place where they are built. */
    private void java() {
        Path rules = Path.of("../provisioning/target").toAbsolutePath().normalize();
        write(
                "usr/lib/hearth/java/bin/java",
                "#!/bin/sh\nshift 2\nexec '" + System.getProperty("java.home") + "/bin/java' -cp '" + rules
                        + "/classes:" + rules + "/lib/*' \"$@\"\n");
        file("usr/lib/hearth/java/bin/java").toFile().setExecutable(true);
    }

    /** Sets where the control plane keeps its things: what it leaves there for the machine is found at its fixed place. */
    public void shares(Path home) throws IOException {
        Files.createSymbolicLink(root.resolve("var/lib/hearth"), home);
    }

    /** Where it is asked. */
    public Path socket() {
        return socket;
    }

    /** A file of the machine. */
    public Path file(String path) {
        return root.resolve(path);
    }

    /** Writes a file of the machine. */
    public void write(String path, String text) {
        try {
            Files.createDirectories(root.resolve(path).getParent());
            Files.writeString(root.resolve(path), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a file of the machine holds; empty if it is not there. */
    public String read(String path) {
        try {
            return Files.exists(root.resolve(path)) ? Files.readString(root.resolve(path)) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sets the version that runs. */
    public void runs(String version) {
        write("usr/lib/hearth/version", version + "\n");
    }

    /** Makes an entry of the boot loader. */
    public void entry(String name, String version, int key) {
        write(
                "efi/loader/entries/" + name,
                "title Hearth " + version + "\nsort-key " + key + "\nversion " + version + "\nefi /EFI/hearth/x.efi\n");
    }

    /** Adds an authority whose bundles the system takes, with a certificate that ends in so many days. */
    public void trusts(String name, int days) throws IOException, InterruptedException {
        Path certificate = root.resolve("devices/authority.pem");
        Process made = new ProcessBuilder(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-days",
                        String.valueOf(days),
                        "-subj",
                        "/CN=" + name,
                        "-keyout",
                        root.resolve("devices/authority.key").toString(),
                        "-out",
                        certificate.toString())
                .redirectErrorStream(true)
                .redirectOutput(root.resolve("devices/openssl").toFile())
                .start();
        if (made.waitFor() != 0) {
            throw new IOException(read("devices/openssl"));
        }
        write("etc/rauc/ca.pem", read("etc/rauc/ca.pem") + Files.readString(certificate));
    }

    /** Adds a line to what the health check and the guard of the data note. */
    public void noted(String line) {
        write("var/lib/hearth-system/generations/log", read("var/lib/hearth-system/generations/log") + line + "\n");
    }

    /** It has tried version 0.2.0 in slot B, whose control plane did not answer, and is back in slot A. */
    public void hasGoneBack() {
        entry("slot-b+0-3.conf", "0.2.0", 1);
        noted("2026-11-20T08:00:00Z A 0.1.0 healthy");
        noted("2026-11-27T10:05:00Z B 0.2.0 failed: the control plane does not answer: Port 443 cannot be used");
        noted(
                "2026-11-27T10:09:00Z A 0.1.0 back from 0.2.0, which never became healthy; its database is kept, the one from before it"
                        + " is used");
    }

    /** Plugs a stick in. */
    public void plugIn(String uuid, String label, Map<String, byte[]> files) {
        try {
            Files.createDirectories(root.resolve("devices/sdz1"));
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Files.write(root.resolve("devices/sdz1").resolve(file.getKey()), file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, Object> stick = new LinkedHashMap<>();
        stick.put("path", "/dev/sdz1");
        stick.put("fstype", "vfat");
        stick.put("uuid", uuid);
        stick.put("label", label);
        stick.put("rm", true);
        stick.put("hotplug", true);
        stick.put("mountpoints", new Object[] {null});
        Map<String, Object> own = new LinkedHashMap<>(stick);
        own.putAll(Map.of("path", "/dev/vda4", "fstype", "ext4", "uuid", "own", "rm", false, "hotplug", false));
        write("devices/lsblk.json", Json.write(Map.of("blockdevices", List.of(own, stick))));
    }

    /** Makes {@code rauc install} wait at 40 per cent until {@link #goOn}. */
    public void hold() {
        write("devices/hold", "");
    }

    /** Lets it go on. */
    public void goOn() throws IOException {
        Files.deleteIfExists(root.resolve("devices/hold"));
    }

    /**
     * A bundle as the stand-ins read it: a real one is a file system with a signature behind it, this is a line of JSON.
     *
     * @param more what is different: {@code compatible}, {@code size} (of the system), {@code signer}, {@code notes}; {@code fault}:
     *     what RAUC says of it; {@code damaged}; {@code error}: with which RAUC's installation ends
     */
    public static byte[] bundle(String version, Map<String, Object> more) {
        Map<String, Object> facts = new LinkedHashMap<>(Map.of(
                "version",
                version,
                "compatible",
                "hearth-x86_64",
                "size",
                356_700_160L,
                "signer",
                "CN = Example updates"));
        facts.putAll(more);
        byte[] line = (Json.write(facts) + "\n").getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(3 << 20).put(line).array();
    }

    /** What {@code systemctl} was called with. */
    public String systemctl() {
        return read("devices/systemctl");
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel connection = server.accept();
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            ProcessBuilder builder = new ProcessBuilder(
                    "/bin/bash", IMAGE.resolve("bin/system-request").toString());
            builder.environment().clear();
            builder.environment().put("PATH", OWN + ":/usr/sbin:/usr/bin:/sbin:/bin");
            builder.environment().put("HEARTH_SYSTEM_ROOT", root.toString());
            builder.redirectError(
                    ProcessBuilder.Redirect.appendTo(root.resolve("journal").toFile()));
            Process process = builder.start();
            running.add(process);
            Thread.ofVirtual().start(() -> pump(Channels.newInputStream(connection), process.getOutputStream()));
            pump(process.getInputStream(), Channels.newOutputStream(connection));
            // An asker that is gone: the program finds nobody who reads, as with one socket for both directions.
            process.getInputStream().close();
            process.waitFor();
            running.remove(process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until there is no more. */
    private static void pump(InputStream from, OutputStream to) {
        try (to) {
            byte[] buffer = new byte[4096];
            for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                to.write(buffer, 0, n);
                to.flush();
            }
        } catch (IOException e) {
            // The other end is gone.
        }
    }

    /** As a start of the machine: its settings are applied by the image's own program. */
    public void starts() throws IOException {
        run("apply-settings");
    }

    /** Runs a program of the image to its end. */
    public void run(String program) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                "/bin/bash", IMAGE.resolve("bin").resolve(program).toString());
        builder.environment().put("PATH", OWN + ":/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("HEARTH_SYSTEM_ROOT", root.toString());
        builder.redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(root.resolve("journal").toFile()));
        int code = builder.start().onExit().join().exitValue();
        if (code != 0) {
            throw new IllegalStateException(program + " has ended with " + code + ": " + journal());
        }
    }

    /** As a power cut: what runs is gone at once. */
    public void powerCut() {
        for (Process process : running) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        running.forEach(process -> process.onExit().join());
    }

    /** What the program wrote to the journal. */
    public String journal() {
        return read("journal");
    }

    @Override
    public void close() throws IOException {
        server.close();
        powerCut();
        Files.deleteIfExists(socket);
    }
}
