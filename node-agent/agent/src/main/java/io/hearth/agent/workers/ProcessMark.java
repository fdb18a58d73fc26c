package io.hearth.agent.workers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Names one process for good. A process id alone is given to another process sooner or later; together with the moment at which
 * the process began, in ticks of this boot, it is not.
 *
 * @param pid process id
 * @param startTicks field 22 of {@code /proc/PID/stat}
 * @param boot id of the boot
 */
public record ProcessMark(long pid, long startTicks, String boot) {
    private static final Path PROC = Path.of("/proc");

    /** The mark of a process that lives now. */
    static Optional<ProcessMark> of(long pid) {
        return stat(pid).map(stat -> new ProcessMark(pid, Long.parseLong(stat[19]), bootId()));
    }

    /** Whether this very process lives. One that has ended but was not yet collected by its parent does not. */
    boolean alive() {
        return stat(pid)
                .filter(stat -> Long.parseLong(stat[19]) == startTicks && !stat[0].equals("Z") && !stat[0].equals("X"))
                .filter(stat -> bootId().equals(boot))
                .isPresent();
    }

    /** Memory that it holds, or null if it has ended. */
    public Long residentBytes() {
        if (!alive()) {
            return null;
        }
        try (Stream<String> lines =
                Files.lines(PROC.resolve(Long.toString(pid)).resolve("status"), StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .map(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(null);
        } catch (IOException | UncheckedIOException ended) {
            return null;
        }
    }

    /** Its arguments; empty if it has ended. */
    static List<String> commandLine(long pid) {
        try {
            String line =
                    Files.readString(PROC.resolve(Long.toString(pid)).resolve("cmdline"), StandardCharsets.ISO_8859_1);
            byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
            return List.of(new String(bytes, StandardCharsets.UTF_8).split("\0"));
        } catch (IOException ended) {
            return List.of();
        }
    }

    /** The fields after the program's name, the state first. */
    private static Optional<String[]> stat(long pid) {
        try {
            String line =
                    Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"), StandardCharsets.ISO_8859_1);
            return Optional.of(line.substring(line.lastIndexOf(')') + 2).split(" "));
        } catch (IOException ended) {
            return Optional.empty();
        }
    }

    private static String bootId() {
        return Boot.ID;
    }

    private static final class Boot {
        static final String ID = read();

        private static String read() {
            try {
                return Files.readString(PROC.resolve("sys/kernel/random/boot_id"))
                        .strip();
            } catch (IOException e) {
                throw new IllegalStateException("The node agent needs Linux with /proc.", e);
            }
        }
    }
}
