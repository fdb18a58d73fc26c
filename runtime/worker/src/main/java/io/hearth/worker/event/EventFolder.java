package io.hearth.worker.event;

import io.hearth.contract.Event;
import io.hearth.worker.process.UsageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes events as lines of JSON to segment files in a folder, so that none is lost however this process or its reader ends.
 *
 * <p>Events are numbered from 1 without gaps over all attempts at a work. A segment has the number of its first line as its
 * name, {@code 00000000000000000001.jsonl}; another is begun when it is full. An attempt goes on where the one before it
 * stopped; of a line that was not finished nothing stays. A reader takes whole lines only, and may delete every segment that
 * it has read to its end, except the last one. {@code checkpoint}, {@code done}, {@code failed} and {@code stopped} are on the
 * disk when {@link #accept} returns.
 *
 * <p>When the disk is full, events are kept in memory and written with the next one.
 */
public final class EventFolder implements Consumer<Event>, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EventFolder.class.getName());
    private static final Pattern SEGMENT = Pattern.compile("\\d{20}\\.jsonl");
    private static final long SEGMENT_BYTES = 8 << 20;
    private static final int MOST_WAITING = 100_000;

    private final Path folder;
    private final Clock clock;
    private final long segmentBytes;
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private FileChannel segment;
    private long size;
    private long next;

    private EventFolder(Path folder, Clock clock, long segmentBytes) {
        this.folder = folder;
        this.clock = clock;
        this.segmentBytes = segmentBytes;
    }

    /**
     * Opens a folder, which is made if it is missing.
     *
     * @throws UsageException if it cannot be written
     */
    public static EventFolder open(Path folder, Clock clock) {
        return open(folder, clock, SEGMENT_BYTES);
    }

    static EventFolder open(Path folder, Clock clock, long segmentBytes) {
        EventFolder events = new EventFolder(folder, clock, segmentBytes);
        try {
            Files.createDirectories(folder);
            events.goOn();
            return events;
        } catch (IOException e) {
            throw new UsageException("The folder of events " + folder + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** The segments in a folder, the oldest first. */
    public static List<Path> segments(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file ->
                            SEGMENT.matcher(file.getFileName().toString()).matches())
                    .sorted(Comparator.comparing(Path::getFileName))
                    .toList();
        }
    }

    private void goOn() throws IOException {
        List<Path> segments = segments(folder);
        if (segments.isEmpty()) {
            begin(1);
            return;
        }
        Path last = segments.getLast();
        byte[] lines = Files.readAllBytes(last);
        next = Long.parseLong(last.getFileName().toString().substring(0, 20));
        for (int i = 0; i < lines.length; i++) {
            if (lines[i] == '\n') {
                next++;
                size = i + 1;
            }
        }
        segment = FileChannel.open(last, StandardOpenOption.WRITE);
        segment.truncate(size);
        segment.position(size);
    }

    private void begin(long number) throws IOException {
        segment = FileChannel.open(
                folder.resolve("%020d.jsonl".formatted(number)),
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE_NEW);
        size = 0;
        next = number;
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    @Override
    public synchronized void accept(Event event) {
        waiting.add((EventWriter.line(event, clock.millis()) + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            while (!waiting.isEmpty()) {
                write(waiting.getFirst());
                waiting.removeFirst();
            }
            if (lasting(event)) {
                segment.force(true);
            }
        } catch (IOException e) {
            if (waiting.size() > MOST_WAITING) {
                throw new UncheckedIOException("events cannot be written to " + folder, e);
            }
            LOG.log(System.Logger.Level.WARNING, "An event cannot be written yet; it is kept: " + e.getMessage());
        }
    }

    private void write(byte[] line) throws IOException {
        if (size >= segmentBytes) {
            segment.force(true);
            FileChannel full = segment;
            begin(next);
            full.close();
        }
        ByteBuffer bytes = ByteBuffer.wrap(line);
        try {
            while (bytes.hasRemaining()) {
                segment.write(bytes);
            }
        } catch (IOException e) {
            // Half a line must not stand before the next one.
            segment.truncate(size);
            segment.position(size);
            throw e;
        }
        size += line.length;
        next++;
    }

    private static boolean lasting(Event event) {
        return switch (event) {
            case Event.Checkpoint _, Event.Done _, Event.Failed _, Event.Stopped _ -> true;
            default -> false;
        };
    }

    @Override
    public synchronized void close() {
        try {
            segment.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
