package io.hearth.device.ascend;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The stand-in of CANN that Maven has built from {@code src/test/c}, and what the environment of a process tells it to be. A
 * process has one stand-in from its first look at a card on, so that tests which want another one run in children.
 *
 * @param face which libraries there are
 * @param home an installation of CANN, for {@code HEARTH_ASCEND_HOME}
 * @param settings variables of the environment, beyond the home
 */
record StandIn(Face face, Path home, Map<String, String> settings) {
    private static final Path BUILT = Path.of("target/ascend-standin").toAbsolutePath();
    private static final Path SCRIPT = Path.of("src/test/c/build.sh").toAbsolutePath();

    /** Libraries and symbols as CANN 8.x and 9.x have them. */
    enum Face {
        CANN8,
        CANN9;

        private Path home() {
            return BUILT.resolve(name().toLowerCase());
        }
    }

    /** One card Ascend910B3, without faults. Tests that ask for it are skipped where there is no C compiler. */
    static StandIn of(Face face) {
        assumeTrue(Files.isDirectory(face.home().resolve("lib64")), "the stand-in of CANN was not built (no gcc)");
        return new StandIn(face, face.home(), Map.of());
    }

    /** The same face without some symbols; an operator goes with both of its functions. */
    StandIn lacking(String... symbols) {
        String name = "lacking-" + Integer.toHexString(List.of(symbols).hashCode()) + "-"
                + face.name().toLowerCase();
        run(List.of(
                "sh",
                SCRIPT.toString(),
                BUILT.toString(),
                "--lack",
                String.join(",", symbols),
                face == Face.CANN8 ? "8" : "9",
                name));
        return new StandIn(face, BUILT.resolve(name), settings);
    }

    StandIn soc(String name) {
        return with("SOC", name);
    }

    StandIn devices(int count) {
        return with("DEVICES", Integer.toString(count));
    }

    /** Memory of each device. */
    StandIn memoryMib(int mib) {
        return with("MEMORY_MIB", Integer.toString(mib));
    }

    /** Microseconds for which a stream sleeps before it begins with what was queued on it. */
    StandIn delay(int microseconds) {
        return with("DELAY", Integer.toString(microseconds));
    }

    /** The nth call of a function fails with a code; 0 is every call. */
    StandIn failing(String symbol, int nth, int code) {
        return adding("FAIL", symbol + ":" + nth(nth) + ":" + code);
    }

    /** The nth call of a function succeeds, and its work fails on the stream. */
    StandIn failingBehind(String symbol, int nth, int code) {
        return adding("FAIL", symbol + ":" + nth(nth) + ":" + code + ":behind");
    }

    /** The work of the nth call never ends. */
    StandIn hanging(String symbol, int nth) {
        return adding("HANG", symbol + ":" + nth(nth));
    }

    /** Devices answer no more, so many seconds after the first one was opened. */
    StandIn lost(double seconds) {
        return with("LOST", Double.toString(seconds));
    }

    private static String nth(int nth) {
        return nth == 0 ? "*" : Integer.toString(nth);
    }

    private StandIn with(String setting, String value) {
        Map<String, String> changed = new LinkedHashMap<>(settings);
        changed.put("HEARTH_STANDIN_" + setting, value);
        return new StandIn(face, home, Map.copyOf(changed));
    }

    private StandIn adding(String setting, String value) {
        String before = settings.get("HEARTH_STANDIN_" + setting);
        return with(setting, before == null ? value : before + "," + value);
    }

    /** What a process must be told to find this stand-in. */
    Map<String, String> environment() {
        Map<String, String> all = new LinkedHashMap<>(settings);
        all.put("HEARTH_ASCEND_HOME", home.toString());
        return all;
    }

    /** Runs a class in a process that finds this stand-in. */
    ChildProcess run(Class<?> main, String... arguments) {
        return ChildProcess.run(environment(), List.of(), main, arguments);
    }

    /** Programs in C against the libraries of this face, by the beginning of their names. */
    List<Path> programs(String beginning) {
        try (var files = Files.list(face.home().resolve("test"))) {
            return files.filter(file -> file.getFileName().toString().startsWith(beginning))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new AssertionError("the tests in C were not built", e);
        }
    }

    /** Runs a program to its end, and gives what it printed; it must have ended with 0. */
    static String run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(String.join(" ", command) + " failed:\n" + output);
            }
            return output;
        } catch (IOException e) {
            throw new AssertionError(String.join(" ", command) + " could not be started", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while a program ran", e);
        }
    }
}
