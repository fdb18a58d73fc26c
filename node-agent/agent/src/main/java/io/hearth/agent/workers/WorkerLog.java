package io.hearth.agent.workers;

import io.hearth.protocol.FromNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A worker's log: its standard error. The worker holds the file open and knows nothing of rotation, so a file that has grown too
 * long is copied and then cut to nothing; the worker's next line goes to its beginning. Two old files are kept. What is written
 * between the copy and the cut, a few milliseconds, is lost: of a log of that length, never of events.
 */
final class WorkerLog {
    private static final int LONGEST_ANSWER = 1 << 20;

    private final Path file;
    private final long longest;

    WorkerLog(Path file, long longest) {
        this.file = file;
        this.longest = longest;
    }

    /** Rotates the log if it is too long. */
    void rotate() throws IOException {
        if (!Files.exists(file) || Files.size(file) <= longest) {
            return;
        }
        Path newer = old(1);
        if (Files.exists(newer)) {
            Files.move(newer, old(2), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.copy(file, newer, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
    }

    /** A part of it, in whole lines. */
    FromNode.LogText read(String request, long offset, int maxBytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long end = channel.size();
            long begin = offset < 0 ? Math.max(0, end + offset) : Math.min(offset, end);
            ByteBuffer buffer =
                    ByteBuffer.allocate((int) Math.clamp(Math.min(maxBytes, end - begin), 0, LONGEST_ANSWER));
            while (buffer.hasRemaining() && channel.read(buffer, begin + buffer.position()) > 0) {
                continue;
            }
            byte[] bytes = buffer.array();
            int last = buffer.position();
            int first = 0;
            if (offset < 0 && begin > 0) {
                first = lineEnd(bytes, 0, last, true);
            }
            int whole = lineEnd(bytes, first, last, false);
            if (whole > first) {
                last = whole;
            } else if (begin + last == end) {
                last = first;
            }
            String text = new String(bytes, first, last - first, StandardCharsets.UTF_8);
            return new FromNode.LogText(request, begin + first, text, end);
        } catch (NoSuchFileException none) {
            return new FromNode.LogText(request, 0, "", 0);
        }
    }

    /** Index after the first or the last line's end in a range, or the range's beginning. */
    private static int lineEnd(byte[] bytes, int from, int to, boolean first) {
        int found = from;
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                found = i + 1;
                if (first) {
                    return found;
                }
            }
        }
        return found;
    }

    private Path old(int age) {
        return file.resolveSibling(file.getFileName() + "." + age);
    }
}
