package io.hearth.ui.datasets.doctor;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A text file of which any line can be had at once, by the places of every 128th line kept beside it. */
public final class LineFile {
    private static final int STEP = 128;

    private LineFile() {}

    /** Writes lines and the places of some of them. */
    public static final class Writer implements Closeable {
        private final FileChannel channel;
        private final BufferedOutputStream out;
        private final DataOutputStream places;
        private long lines;
        private long bytes;

        public Writer(Path file) throws IOException {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
            out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
            places = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(index(file))));
        }

        /** Adds a line; it must have no line end in it. */
        public void line(String text) {
            try {
                if (lines % STEP == 0) {
                    places.writeLong(bytes);
                }
                byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
                out.write(encoded);
                out.write('\n');
                lines++;
                bytes += encoded.length + 1;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        public long lines() {
            return lines;
        }

        public long bytes() {
            return bytes;
        }

        @Override
        public void close() throws IOException {
            try (channel;
                    places) {
                out.flush();
                channel.force(true);
            }
        }
    }

    /** The file of places that belongs to a file. */
    public static Path index(Path file) {
        return file.resolveSibling(file.getFileName() + ".idx");
    }

    /** Makes the places of a file that has none yet, such as a blob, in a file of one's choice. */
    public static void makeIndex(Path file, Path index) throws IOException {
        Path part = index.resolveSibling(index.getFileName() + ".part");
        try (InputStream in = Files.newInputStream(file);
                DataOutputStream places = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(part)))) {
            byte[] buffer = new byte[1 << 16];
            long at = 0;
            long lines = 0;
            if (Files.size(file) > 0) {
                places.writeLong(0);
            }
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                for (int i = 0; i < n; i++) {
                    if (buffer[i] == '\n' && ++lines % STEP == 0) {
                        places.writeLong(at + i + 1);
                    }
                }
                at += n;
            }
        }
        Files.move(part, index, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Lines from a number (counted from 0) on. */
    public static List<String> page(Path file, long offset, int limit) throws IOException {
        return page(file, index(file), offset, limit);
    }

    /** As above, with the places in another file. */
    public static List<String> page(Path file, Path index, long offset, int limit) throws IOException {
        List<String> lines = new ArrayList<>();
        long step = offset / STEP;
        if (offset < 0 || limit <= 0 || Files.size(index) < (step + 1) * Long.BYTES) {
            return lines;
        }
        long start;
        try (DataInputStream places = new DataInputStream(Files.newInputStream(index))) {
            places.skipNBytes(step * Long.BYTES);
            start = places.readLong();
        }
        try (BufferedReader reader = reader(file, start)) {
            for (long skip = offset % STEP; skip > 0; skip--) {
                reader.readLine();
            }
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
                if (lines.size() == limit) {
                    break;
                }
            }
        }
        return lines;
    }

    /** A line with its number, from 0. */
    public record Numbered(long number, String line) {}

    /** What a search found: a page of it, and how many there are in all. */
    public record Matches(List<Numbered> lines, long total) {}

    /** Looks through all lines. */
    public static Matches search(Path file, Predicate<String> wanted, long offset, int limit) throws IOException {
        List<Numbered> found = new ArrayList<>();
        long total = 0;
        long number = 0;
        try (BufferedReader reader = reader(file, 0)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine(), number++) {
                if (wanted.test(line)) {
                    if (total >= offset && found.size() < limit) {
                        found.add(new Numbered(number, line));
                    }
                    total++;
                }
            }
        }
        return new Matches(found, total);
    }

    /** Reads all lines of a file from a place on. */
    public static BufferedReader reader(Path file, long start) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        channel.position(start);
        return new BufferedReader(
                new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8), 1 << 16);
    }
}
