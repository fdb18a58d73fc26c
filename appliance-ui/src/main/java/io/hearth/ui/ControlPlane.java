package io.hearth.ui;

import io.hearth.ui.certificates.Certificates;
import io.hearth.ui.core.HearthHome;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Starts the control plane: takes its home for itself alone, makes keys and certificates, chooses ports, and only then starts the
 * services. Settings are system properties or, in capitals with underscores, environment variables: {@code hearth.home},
 * {@code hearth.host}, {@code hearth.port}, {@code hearth.node-port}, {@code hearth.names}. Port 0 means a free one.
 *
 * <p>Exit codes: 143 after SIGTERM, 2 if it cannot start for a reason that the printed sentence tells.
 */
@QuarkusMain
public class ControlPlane {
    /** Exit code when it cannot start as it is set up. */
    static final int CANNOT_START = 2;

    private static FileLock lock;

    /** Runs until the process is told to stop. */
    public static void main(String... args) {
        try {
            prepare();
        } catch (CannotStart e) {
            System.err.println(e.getMessage());
            System.exit(CANNOT_START);
        }
        Quarkus.run(Running.class, ControlPlane::ended, args);
    }

    private static void prepare() {
        HearthHome home = new HearthHome(Path.of(setting("hearth.home", "/var/lib/hearth")));
        try {
            lock = lock(home);
        } catch (UncheckedIOException | IOException e) {
            throw new CannotStart("The folder " + home.directory() + " cannot be used: " + e.getMessage()
                    + " Choose another one with HEARTH_HOME.");
        }
        String host = setting("hearth.host", "0.0.0.0");
        int port = port(host, "hearth.port", 8443);
        port(host, "hearth.node-port", 8444);
        List<String> names = List.of(setting("hearth.names", "").split(","));
        Certificates certificates = new Certificates(home, Clock.systemUTC(), Optional.of(names));

        System.setProperty("hearth.home", home.directory().toString());
        System.setProperty("quarkus.http.host", host);
        System.setProperty("quarkus.http.ssl-port", Integer.toString(port));
        String pem = certificates.pagesFile().toString();
        System.setProperty("quarkus.tls.hearth.key-store.pem.server.cert", pem);
        System.setProperty("quarkus.tls.hearth.key-store.pem.server.key", pem);
        System.setProperty("quarkus.http.tls-configuration-name", "hearth");
    }

    /** Holds the home until the process ends, however it ends. */
    private static FileLock lock(HearthHome home) throws IOException {
        Path file = home.folder(".").resolve("control-plane.lock");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock taken;
        try {
            taken = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            taken = null;
        }
        if (taken == null) {
            channel.close();
            throw new CannotStart("Another control plane is running with the folder " + home.directory()
                    + ". Stop it first, or choose another folder with HEARTH_HOME.");
        }
        return taken;
    }

    /** The port of a setting if it is free; a free one instead of 0. */
    private static int port(String host, String name, int usual) {
        String text = setting(name, Integer.toString(usual));
        int wanted;
        try {
            wanted = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            wanted = -1;
        }
        if (wanted < 0 || wanted > 65535) {
            throw new CannotStart("The setting " + name + " is " + text + "; it should be a port from 0 to 65535.");
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getByName(host), wanted));
            int free = probe.getLocalPort();
            System.setProperty(name, Integer.toString(free));
            return free;
        } catch (IOException e) {
            throw new CannotStart("Port " + wanted + " on " + host + " cannot be used (" + e.getMessage()
                    + "). Stop the program that has it, or choose another with "
                    + environment(name) + ".");
        }
    }

    private static String setting(String name, String usual) {
        String value = System.getProperty(name, System.getenv(environment(name)));
        return value == null || value.isBlank() ? usual : value.strip();
    }

    private static String environment(String name) {
        return name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    private static void ended(int code, Throwable fault) {
        if (fault != null) {
            PrintStream err = System.err;
            err.println("The control plane cannot start: " + root(fault));
            System.exit(code == 0 ? 1 : code);
        }
        System.exit(code);
    }

    private static String root(Throwable fault) {
        Throwable cause = fault;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /** It cannot start, and the message is for the person at the console. */
    private static final class CannotStart extends RuntimeException {
        CannotStart(String message) {
            super(message);
        }
    }
}
