package io.hearth.ui.models.bundle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/**
 * The entries of a zip archive that Unix would make links, devices or sockets of. The library does not tell, so this reads the
 * central directory (APPNOTE 4.3.12): the upper half of the external attributes is the Unix mode.
 */
final class ZipLinks {
    private static final int END = 0x06054b50;
    private static final int END64_LOCATOR = 0x07064b50;
    private static final int END64 = 0x06064b50;
    private static final int HEADER = 0x02014b50;
    private static final int END_BYTES = 22;
    private static final int HEADER_BYTES = 46;
    private static final long MAX_DIRECTORY = 64L << 20;

    static Set<String> of(Path file) throws IOException, BadBundle {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer directory = directory(channel);
            Set<String> links = new HashSet<>();
            while (directory.remaining() >= HEADER_BYTES && directory.getInt(directory.position()) == HEADER) {
                int at = directory.position();
                int name = directory.getShort(at + 28) & 0xFFFF;
                int extra = directory.getShort(at + 30) & 0xFFFF;
                int comment = directory.getShort(at + 32) & 0xFFFF;
                int type = directory.getInt(at + 38) >>> 28;
                if (directory.remaining() < HEADER_BYTES + name + extra + comment) {
                    throw new BadBundle("", "models.bundle.damaged");
                }
                byte[] text = new byte[name];
                directory.get(at + HEADER_BYTES, text);
                // 0: the archive does not say; 4: a folder; 8: a regular file.
                if (type != 0 && type != 4 && type != 8) {
                    links.add(new String(text, StandardCharsets.UTF_8));
                }
                directory.position(at + HEADER_BYTES + name + extra + comment);
            }
            return links;
        }
    }

    private static ByteBuffer directory(FileChannel channel) throws IOException, BadBundle {
        long size = channel.size();
        int tail = (int) Math.min(size, END_BYTES + 0xFFFF);
        ByteBuffer end = read(channel, size - tail, tail);
        for (int at = tail - END_BYTES; at >= 0; at--) {
            if (end.getInt(at) == END) {
                long length = end.getInt(at + 12) & 0xFFFF_FFFFL;
                long start = end.getInt(at + 16) & 0xFFFF_FFFFL;
                if (length == 0xFFFF_FFFFL || start == 0xFFFF_FFFFL || (end.getShort(at + 10) & 0xFFFF) == 0xFFFF) {
                    long[] wide = wide(channel, size - tail + at);
                    length = wide[0];
                    start = wide[1];
                }
                if (length < 0 || length > MAX_DIRECTORY || start < 0 || start + length > size) {
                    throw new BadBundle("", "models.bundle.damaged");
                }
                return read(channel, start, (int) length);
            }
        }
        throw new BadBundle("", "models.bundle.damaged");
    }

    /** Length and start of the directory of a zip64 archive. */
    private static long[] wide(FileChannel channel, long end) throws IOException, BadBundle {
        if (end < 20) {
            throw new BadBundle("", "models.bundle.damaged");
        }
        ByteBuffer locator = read(channel, end - 20, 20);
        long at = locator.getLong(8);
        if (locator.getInt(0) != END64_LOCATOR || at < 0 || at + 56 > end) {
            throw new BadBundle("", "models.bundle.damaged");
        }
        ByteBuffer record = read(channel, at, 56);
        if (record.getInt(0) != END64) {
            throw new BadBundle("", "models.bundle.damaged");
        }
        return new long[] {record.getLong(40), record.getLong(48)};
    }

    private static ByteBuffer read(FileChannel channel, long from, int length) throws IOException, BadBundle {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, from + buffer.position()) < 0) {
                throw new BadBundle("", "models.bundle.damaged");
            }
        }
        return buffer.flip();
    }

    private ZipLinks() {}
}
