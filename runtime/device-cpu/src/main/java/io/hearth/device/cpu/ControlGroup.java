package io.hearth.device.cpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Memory limits of the control groups (version 2) that the process is in, from its own up to the root. */
final class ControlGroup {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");

    private ControlGroup() {}

    /** The tightest limit in bytes; {@link Long#MAX_VALUE} without one. */
    static long limit() {
        long tightest = Long.MAX_VALUE;
        for (Path group = own(); group != null && group.startsWith(ROOT); group = group.getParent()) {
            tightest = Math.min(tightest, number(group.resolve("memory.max"), Long.MAX_VALUE));
        }
        return tightest;
    }

    /** What is left within the tightest of the limits, file pages that can be dropped counted as free. */
    static long available() {
        long least = Long.MAX_VALUE;
        for (Path group = own(); group != null && group.startsWith(ROOT); group = group.getParent()) {
            long limit = number(group.resolve("memory.max"), Long.MAX_VALUE);
            if (limit != Long.MAX_VALUE) {
                long used = number(group.resolve("memory.current"), 0) - droppable(group.resolve("memory.stat"));
                least = Math.min(least, Math.max(0, limit - Math.max(0, used)));
            }
        }
        return least;
    }

    private static Path own() {
        for (String line : lines(Path.of("/proc/self/cgroup"))) {
            if (line.startsWith("0::/")) {
                Path group = ROOT.resolve(line.substring("0::/".length())).normalize();
                return Files.isDirectory(group) ? group : ROOT;
            }
        }
        return ROOT;
    }

    private static long droppable(Path statistics) {
        for (String line : lines(statistics)) {
            if (line.startsWith("inactive_file ")) {
                return Long.parseLong(line.substring("inactive_file ".length()).trim());
            }
        }
        return 0;
    }

    /** The number in a file; {@code otherwise} if it holds "max" or is not there. */
    private static long number(Path file, long otherwise) {
        List<String> lines = lines(file);
        try {
            return lines.isEmpty() ? otherwise : Long.parseLong(lines.getFirst().trim());
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            // Control files may refuse to be read; then there is no limit that we know of.
            return List.of();
        }
    }
}
