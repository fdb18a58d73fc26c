package io.hearth.ui.datasets.reading;

import io.hearth.ui.core.Problem;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * An uploaded file without its wrapping: plain, gzip, or ZIP. Nothing is ever written under a name that an archive gives.
 */
final class Container implements Closeable {
    private static final int BUFFER = 1 << 16;

    private final String kind;
    private final List<DataFile> files;
    private final ZipFile zip;
    private final AtomicLong read;
    private final long total;

    private Container(String kind, List<DataFile> files, ZipFile zip, AtomicLong read, long total) {
        this.kind = kind;
        this.files = files;
        this.zip = zip;
        this.read = read;
        this.total = total;
    }

    /**
     * Opens a file.
     *
     * @param name its name as the user gave it
     * @throws Problem if it is no dataset by its first bytes, or its wrapping is broken or dangerous
     */
    static Container open(Path file, String name, Bounds bounds) throws IOException {
        byte[] head = head(Files.newInputStream(file));
        AtomicLong read = new AtomicLong();
        if (starts(head, 0x1f, 0x8b)) {
            DataFile inner = new Gzip(file, withoutEnding(name, ".gz", ".gzip"), bounds, read);
            byte[] inside = headOf(inner);
            if (starts(inside, 0x1f, 0x8b) || starts(inside, 'P', 'K', 3, 4) && !Workbook.isWorkbook(inner, bounds)) {
                throw Problem.invalid("datasets.file.nested");
            }
            MagicBytes.refuse(inside, inside.length);
            return new Container("gzip", List.of(inner), null, read, Files.size(file));
        }
        if (starts(head, 'P', 'K', 3, 4) || starts(head, 'P', 'K', 5, 6)) {
            return zip(file, name, bounds, read);
        }
        MagicBytes.refuse(head, head.length);
        return new Container("plain", List.of(new Plain(file, name, read)), null, read, Files.size(file));
    }

    private static Container zip(Path file, String name, Bounds bounds, AtomicLong read) throws IOException {
        ZipDirectory.check(file, bounds);
        ZipFile zip;
        try {
            zip = new ZipFile(file.toFile());
        } catch (ZipException e) {
            String message = String.valueOf(e.getMessage());
            if (message.contains("encrypted")) {
                throw Problem.invalid("datasets.file.zip-encrypted");
            }
            if (message.contains("compression method")) {
                throw Problem.invalid("datasets.file.zip-method");
            }
            throw Problem.invalid("datasets.file.zip-broken");
        }
        try {
            if (zip.getEntry("xl/workbook.xml") != null) {
                zip.close();
                return new Container("plain", List.of(new Plain(file, name, read)), null, read, Files.size(file));
            }
            refuseDocuments(zip);
            List<DataFile> files = new ArrayList<>();
            long total = 0;
            for (ZipEntry entry : entries(zip)) {
                DataFile inner = new Zipped(zip, entry, bounds, read);
                byte[] inside = headOf(inner);
                if (inside.length == 0) {
                    continue;
                }
                if (starts(inside, 0x1f, 0x8b)
                        || starts(inside, 'P', 'K', 3, 4) && !Workbook.isWorkbook(inner, bounds)) {
                    throw Problem.invalid("datasets.file.nested");
                }
                MagicBytes.refuse(inside, inside.length);
                files.add(inner);
                total += Math.max(0, entry.getSize());
            }
            if (files.isEmpty()) {
                throw Problem.invalid("datasets.file.zip-empty");
            }
            return new Container("zip", files, zip, read, total);
        } catch (IOException | RuntimeException e) {
            zip.close();
            throw e;
        }
    }

    private static void refuseDocuments(ZipFile zip) {
        if (zip.getEntry("word/document.xml") != null) {
            throw Problem.invalid("datasets.file.document", "Word");
        }
        if (zip.getEntry("ppt/presentation.xml") != null) {
            throw Problem.invalid("datasets.file.document", "PowerPoint");
        }
        if (zip.getEntry("mimetype") != null) {
            throw Problem.invalid("datasets.file.document", "OpenDocument / EPUB");
        }
        if (zip.getEntry("META-INF/MANIFEST.MF") != null) {
            throw Problem.invalid("datasets.file.program", "Java");
        }
        zip.stream()
                .filter(entry -> entry.getName().endsWith("/data.pkl"))
                .findAny()
                .ifPresent(entry -> {
                    throw Problem.invalid("datasets.file.pickle");
                });
    }

    private static List<? extends ZipEntry> entries(ZipFile zip) {
        List<? extends ZipEntry> all = zip.stream().toList();
        for (ZipEntry entry : all) {
            String path = entry.getName().replace('\\', '/');
            if (path.startsWith("/")
                    || path.matches("^[A-Za-z]:.*")
                    || List.of(path.split("/")).contains("..")) {
                throw Problem.invalid("datasets.file.zip-path");
            }
        }
        return all.stream()
                .filter(entry -> !entry.isDirectory() && !leftover(entry.getName()))
                .sorted(Comparator.comparing(ZipEntry::getName))
                .toList();
    }

    /** What desktops put into archives without being asked. */
    private static boolean leftover(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        return path.startsWith("__MACOSX/")
                || name.startsWith(".")
                || name.equalsIgnoreCase("thumbs.db")
                || name.equalsIgnoreCase("desktop.ini");
    }

    /** {@code plain}, {@code gzip} or {@code zip}. */
    String kind() {
        return kind;
    }

    /** The data files in the order of their names. */
    List<DataFile> files() {
        return files;
    }

    /** Bytes read so far, of {@link #total}; counted over again with every reading. */
    long read() {
        return read.get();
    }

    void countAnew() {
        read.set(0);
    }

    long total() {
        return total;
    }

    @Override
    public void close() throws IOException {
        if (zip != null) {
            zip.close();
        }
    }

    private static byte[] headOf(DataFile file) throws IOException {
        try {
            return head(file.open());
        } catch (ZipException e) {
            throw Problem.invalid("datasets.file.compressed-broken", file.name());
        }
    }

    private static byte[] head(InputStream in) throws IOException {
        try (in) {
            return in.readNBytes(MagicBytes.HEAD);
        }
    }

    private static boolean starts(byte[] head, int... bytes) {
        if (head.length < bytes.length) {
            return false;
        }
        for (int i = 0; i < bytes.length; i++) {
            if ((head[i] & 0xff) != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    private static String withoutEnding(String name, String... endings) {
        for (String ending : endings) {
            if (name.toLowerCase(Locale.ROOT).endsWith(ending)) {
                return name.substring(0, name.length() - ending.length());
            }
        }
        return name;
    }

    private record Plain(Path file, String name, AtomicLong read) implements DataFile {
        @Override
        public InputStream open() throws IOException {
            return CountedStream.counting(Files.newInputStream(file), read::addAndGet);
        }
    }

    private record Gzip(Path file, String name, Bounds bounds, AtomicLong read) implements DataFile {
        @Override
        public InputStream open() throws IOException {
            AtomicLong compressed = new AtomicLong();
            InputStream raw = CountedStream.counting(Files.newInputStream(file), n -> {
                compressed.addAndGet(n);
                read.addAndGet(n);
            });
            try {
                return CountedStream.inflated(
                        new GZIPInputStream(new BufferedInputStream(raw, BUFFER), BUFFER), bounds, compressed::get);
            } catch (IOException e) {
                raw.close();
                throw Problem.invalid("datasets.file.compressed-broken", name);
            }
        }
    }

    private record Zipped(ZipFile zip, ZipEntry entry, Bounds bounds, AtomicLong read) implements DataFile {
        @Override
        public String name() {
            return entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
        }

        @Override
        public InputStream open() throws IOException {
            InputStream inflated = CountedStream.inflated(
                    zip.getInputStream(entry), bounds, () -> Math.max(1, entry.getCompressedSize()));
            return CountedStream.counting(inflated, read::addAndGet);
        }
    }
}
