package io.hearth.agent.workers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The events that a worker has written: files of JSON lines in one folder, each named by the sequence of its first line. The
 * worker numbers its lines from 1 without gaps over all of its attempts, and finds where to go on from the newest file: that one
 * is therefore never removed.
 */
final class EventSpool {
    private static final Pattern NAME = Pattern.compile("\\d{20}\\.jsonl");

    private final Path folder;

    EventSpool(Path folder) {
        this.folder = folder;
    }

    Path file(long first) {
        return folder.resolve(String.format("%020d.jsonl", first));
    }

    boolean has(long first) {
        return Files.exists(file(first));
    }

    /** First sequence of the segment that holds this event or will; if it was removed, of the oldest one. */
    OptionalLong segmentOf(long sequence) throws IOException {
        TreeSet<Long> all = segments();
        Long found = all.floor(sequence);
        if (found == null) {
            found = all.isEmpty() ? null : all.first();
        }
        return found == null ? OptionalLong.empty() : OptionalLong.of(found);
    }

    /** Sequence of the last whole line; 0 if there is none. */
    long last() throws IOException {
        TreeSet<Long> all = segments();
        if (all.isEmpty()) {
            return 0;
        }
        EventCursor cursor = new EventCursor(this, all.last());
        while (!cursor.read(Integer.MAX_VALUE, 1 << 20).isEmpty()) {
            continue;
        }
        return cursor.next() - 1;
    }

    /** Removes segments of which every line is at most this one, but never the newest. */
    void forget(long upTo) throws IOException {
        TreeSet<Long> all = segments();
        for (long first : all) {
            Long following = all.higher(first);
            if (following == null || following - 1 > upTo) {
                return;
            }
            Files.deleteIfExists(file(first));
        }
    }

    private TreeSet<Long> segments() throws IOException {
        TreeSet<Long> all = new TreeSet<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> NAME.matcher(name).matches())
                    .forEach(name -> all.add(Long.parseLong(name.substring(0, 20))));
        } catch (NoSuchFileException none) {
            return all;
        }
        return all;
    }
}
