package io.hearth.ui.models.bundle;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** A tar archive, plain or packed by gzip, read from front to back. */
final class TarBundle implements Bundle {
    private static final long MAX_EXTENDED = 1 << 20;

    private final Path file;
    private final boolean packed;

    TarBundle(Path file, boolean packed) {
        this.file = file;
        this.packed = packed;
    }

    @Override
    public long totalBytes() throws IOException {
        return Files.size(file);
    }

    @Override
    public void read(Visitor visitor) throws IOException, BadBundle {
        Guard guard = new Guard(Files.size(file));
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
                InputStream in = packed ? guard.watch(new GZIPInputStream(raw, 1 << 16)) : raw) {
            new Reader(in, guard, visitor).all();
        } catch (Guard.Bomb e) {
            throw new BadBundle("", "models.bundle.bomb");
        } catch (ZipException | EOFException e) {
            throw new BadBundle("", "models.bundle.damaged");
        }
    }

    /** One pass. */
    private static final class Reader {
        private final InputStream in;
        private final Guard guard;
        private final Visitor visitor;
        private final Set<String> seen = new HashSet<>();
        private String longName;
        private Long longSize;

        Reader(InputStream in, Guard guard, Visitor visitor) {
            this.in = in;
            this.guard = guard;
            this.visitor = visitor;
        }

        void all() throws IOException, BadBundle {
            boolean any = false;
            while (true) {
                byte[] block = in.readNBytes(TarHeader.BLOCK);
                if (block.length == 0 && any || block.length == TarHeader.BLOCK && isZero(block)) {
                    return;
                }
                TarHeader header = block.length < TarHeader.BLOCK ? null : TarHeader.read(block);
                if (header == null) {
                    throw new BadBundle("", any ? "models.bundle.damaged" : "models.bundle.kind");
                }
                any = true;
                entry(header);
            }
        }

        private void entry(TarHeader header) throws IOException, BadBundle {
            switch (header.type()) {
                case 'L' -> longName = text(header).replaceAll("\0+$", "");
                case 'x' -> extended(text(header));
                case 'g' -> text(header);
                case '0', '7' -> file(header);
                case '5' -> {
                    String name = takeName(header);
                    guard.entry(name);
                    if (!name.equals(".") && !name.equals("./")) {
                        EntryName.checked(name);
                    }
                    skip(padded(takeSize(header)));
                }
                case '1', '2' -> throw new BadBundle(takeName(header), "models.bundle.link");
                default -> throw new BadBundle(takeName(header), "models.bundle.special");
            }
        }

        private void file(TarHeader header) throws IOException, BadBundle {
            String name = takeName(header);
            guard.entry(name);
            String path = EntryName.checked(name);
            if (!seen.add(path)) {
                throw new BadBundle(path, "models.bundle.twice");
            }
            long size = takeSize(header);
            Part part = new Part(in, size);
            visitor.file(path, size, () -> part);
            skip(part.left + padded(size) - size);
        }

        private String takeName(TarHeader header) {
            String name = longName == null ? header.name() : longName;
            longName = null;
            return name;
        }

        private long takeSize(TarHeader header) {
            long size = longSize == null ? header.size() : longSize;
            longSize = null;
            return size;
        }

        private String text(TarHeader header) throws IOException, BadBundle {
            if (header.size() > MAX_EXTENDED) {
                throw new BadBundle(header.name(), "models.bundle.damaged");
            }
            byte[] bytes = in.readNBytes((int) header.size());
            skip(padded(header.size()) - bytes.length);
            return new String(bytes, StandardCharsets.UTF_8);
        }

        /** Records {@code LENGTH KEY=VALUE newline}; only path and size matter here. */
        private void extended(String records) throws BadBundle {
            for (String record : records.split("\n")) {
                int blank = record.indexOf(' ');
                int equals = record.indexOf('=');
                if (blank < 0 || equals < blank) {
                    continue;
                }
                String value = record.substring(equals + 1);
                switch (record.substring(blank + 1, equals)) {
                    case "path" -> longName = value;
                    case "size" -> {
                        if (!value.matches("[0-9]{1,18}")) {
                            throw new BadBundle("", "models.bundle.damaged");
                        }
                        longSize = Long.parseLong(value);
                    }
                    default -> {}
                }
            }
        }

        private void skip(long bytes) throws IOException {
            in.skipNBytes(bytes);
        }

        private static long padded(long size) {
            return Math.ceilDiv(size, TarHeader.BLOCK) * TarHeader.BLOCK;
        }

        private static boolean isZero(byte[] block) {
            for (byte value : block) {
                if (value != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    /** The bytes of one entry; closing it leaves the archive open. */
    private static final class Part extends FilterInputStream {
        private long left;

        Part(InputStream in, long size) {
            super(in);
            this.left = size;
        }

        @Override
        public int read() throws IOException {
            if (left == 0) {
                return -1;
            }
            int value = in.read();
            if (value < 0) {
                throw new EOFException();
            }
            left--;
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int n = in.read(buffer, offset, (int) Math.min(length, left));
            if (n < 0) {
                throw new EOFException();
            }
            left -= n;
            return n;
        }

        @Override
        public long skip(long n) throws IOException {
            long skipped = in.skip(Math.min(n, left));
            left -= skipped;
            return skipped;
        }

        @Override
        public void close() {
            // The archive goes on behind this entry.
        }
    }
}
