package io.hearth.ui.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where the built parts of the appliance lie. A part that is missing is an error that says how to build it. */
final class Packages {
    private static final String BUILD = "Build everything first: mvn -DskipTests package (or ./hearth build).";

    /** The folder with the script {@code hearth}. */
    static Path root() {
        Path here = Path.of("").toAbsolutePath();
        while (here != null && !Files.exists(here.resolve("hearth"))) {
            here = here.getParent();
        }
        return there(here == null ? Path.of("hearth") : here);
    }

    static Path controlPlane() {
        return there(root().resolve("appliance-ui/target/quarkus-app/quarkus-run.jar"));
    }

    static Path agent() {
        return there(root().resolve("node-agent/agent/target/quarkus-app/quarkus-run.jar"));
    }

    /** Command line of a worker, up to its own arguments. */
    static List<String> worker() {
        Path target = root().resolve("runtime/worker/target");
        try {
            String libraries =
                    Files.readString(there(target.resolve("classpath"))).strip();
            return List.of(
                    java(),
                    "--enable-native-access=ALL-UNNAMED",
                    "--add-modules=jdk.incubator.vector",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-Xlog:disable",
                    "-Xlog:all=error:stderr",
                    "-Xmx1g",
                    "-cp",
                    there(target.resolve("classes")) + ":" + libraries,
                    "io.hearth.worker.Worker");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The stand-in of NVIDIA's management library; empty if there was no compiler to build it. */
    static Optional<Path> standInForNvml() {
        Path library = root().resolve("node-agent/agent/target/nvml-stand-in/new/libnvidia-ml.so.1");
        return Files.exists(library) ? Optional.of(library) : Optional.empty();
    }

    /** The stand-in of Ascend's management library; empty if there was no compiler to build it. */
    static Optional<Path> standInForDcmi() {
        Path library = root().resolve("node-agent/agent/target/dcmi-stand-in/new/driver/lib64/libdcmi.so");
        return Files.exists(library) ? Optional.of(library) : Optional.empty();
    }

    /** The stand-in of CANN 8.x, laid out like an installation; empty if there was no compiler to build it. */
    static Optional<Path> standInForCann() {
        Path home = root().resolve("runtime/device-ascend/target/ascend-standin/cann8");
        return Files.exists(home.resolve("lib64/libascendcl.so")) ? Optional.of(home) : Optional.empty();
    }

    /** The same without some functions. */
    static Path standInForCannWithout(String... functions) {
        String name = "without-" + functions[0];
        Path built = root().resolve("runtime/device-ascend/target/ascend-standin");
        try {
            Process build = new ProcessBuilder(
                            "sh",
                            root().resolve("runtime/device-ascend/src/test/c/build.sh")
                                    .toString(),
                            built.toString(),
                            "--lack",
                            String.join(",", functions),
                            "8",
                            name)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (build.waitFor() != 0) {
                throw new AssertionError(said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        return built.resolve(name);
    }

    /** The sample model that comes with Hearth. */
    static Path starterModel() {
        return there(root().resolve("runtime/starter/model"));
    }

    /** The sample rows that come with Hearth. */
    static Path sampleRows() {
        return there(root().resolve("runtime/starter/sample/train.jsonl"));
    }

    /** A Java command line for a packaged service. */
    static List<String> service(Path jar, String... settings) {
        List<String> command = new ArrayList<>(List.of(
                java(), "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-Xmx384m"));
        command.addAll(List.of(settings));
        command.addAll(List.of("-jar", jar.toString()));
        return command;
    }

    /** Ports that nobody listens on now. */
    static int[] freePorts(int count) {
        ServerSocket[] sockets = new ServerSocket[count];
        int[] ports = new int[count];
        try {
            for (int i = 0; i < count; i++) {
                sockets[i] = new ServerSocket(0);
                ports[i] = sockets[i].getLocalPort();
            }
            for (ServerSocket socket : sockets) {
                socket.close();
            }
            return ports;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static Path there(Path path) {
        if (!Files.exists(path)) {
            throw new IllegalStateException(path + " is missing. " + BUILD);
        }
        return path;
    }

    private Packages() {}
}
