package io.hearth.agent.workers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Reads a worker's events in order, from any of them on. A last line without its end is not read: either its worker is still
 * writing it, or it was killed and the next attempt cuts it off. Not for several threads.
 */
final class EventCursor {
    private static final int CHUNK = 256 << 10;

    /**
     * One line.
     *
     * @param sequence its number
     * @param bytes its JSON, without the line's end
     */
    record Line(long sequence, byte[] bytes) {}

    private final EventSpool spool;
    private long next;
    private long segment = -1;
    private long line;
    private long offset;

    /** @param next sequence of the first event to read */
    EventCursor(EventSpool spool, long next) {
        this.spool = spool;
        this.next = next;
    }

    /** Sequence of the next event that will be read. */
    long next() {
        return next;
    }

    /**
     * Reads what is there.
     *
     * @param maxLines most lines
     * @param maxBytes bytes after which no further line is begun
     */
    List<Line> read(int maxLines, long maxBytes) throws IOException {
        List<Line> lines = new ArrayList<>();
        long bytes = 0;
        while (lines.size() < maxLines && bytes < maxBytes && open()) {
            long before = offset;
            List<Line> more = readSegment(maxLines - lines.size(), maxBytes - bytes);
            for (Line each : more) {
                bytes += each.bytes().length;
            }
            lines.addAll(more);
            if (offset == before && !advance()) {
                break;
            }
        }
        return lines;
    }

    /** Finds the segment in which the next event is or will be. */
    private boolean open() throws IOException {
        if (segment >= 0) {
            return true;
        }
        OptionalLong found = spool.segmentOf(next);
        if (found.isEmpty()) {
            return false;
        }
        segment = found.getAsLong();
        line = segment;
        offset = 0;
        next = Math.max(next, segment);
        return true;
    }

    /** Goes on to the segment that begins with the next event, if there is one. */
    private boolean advance() {
        if (line == segment || !spool.has(line)) {
            return false;
        }
        segment = line;
        offset = 0;
        return true;
    }

    private List<Line> readSegment(int maxLines, long maxBytes) throws IOException {
        List<Line> lines = new ArrayList<>();
        Path file = spool.file(segment);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer chunk = ByteBuffer.allocate((int) Math.clamp(channel.size() - offset, 1, CHUNK));
            ByteArrayOutputStream begun = new ByteArrayOutputStream();
            long position = offset;
            long bytes = 0;
            while (channel.read(chunk.clear(), position) > 0) {
                chunk.flip();
                while (chunk.hasRemaining()) {
                    byte b = chunk.get();
                    position++;
                    if (b != '\n') {
                        begun.write(b);
                        continue;
                    }
                    if (line >= next) {
                        lines.add(new Line(line, begun.toByteArray()));
                        bytes += begun.size();
                        next = line + 1;
                    }
                    line++;
                    offset = position;
                    begun.reset();
                    if (lines.size() >= maxLines || bytes >= maxBytes) {
                        return lines;
                    }
                }
            }
        } catch (NoSuchFileException removed) {
            segment = -1;
        }
        return lines;
    }
}
