package io.hearth.ui.datasets.reading;

import io.hearth.ui.core.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Looks at the end of a ZIP file before anything reads its directory into memory. */
final class ZipDirectory {
    private static final int END = 0x06054b50;
    private static final int END_SIZE = 22;
    private static final int LONGEST_COMMENT = 0xffff;
    private static final int LARGEST_ENTRY = 1 << 10;

    /**
     * Refuses an archive with too many entries, or without an end.
     *
     * @throws Problem if it is cut off, split, or too large a directory
     */
    static void check(Path zip, Bounds bounds) throws IOException {
        try (FileChannel channel = FileChannel.open(zip, StandardOpenOption.READ)) {
            int length = (int) Math.min(channel.size(), END_SIZE + LONGEST_COMMENT);
            ByteBuffer tail = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
            long start = channel.size() - length;
            while (tail.hasRemaining() && channel.read(tail, start + tail.position()) >= 0) {}
            for (int at = length - END_SIZE; at >= 0; at--) {
                if (tail.getInt(at) == END) {
                    int entries = Short.toUnsignedInt(tail.getShort(at + 10));
                    long directory = Integer.toUnsignedLong(tail.getInt(at + 12));
                    // 0xffff and 0xffffffff stand for the longer fields of ZIP64: more entries than we take, or a liar.
                    if (entries > bounds.entries() || directory > (long) bounds.entries() * LARGEST_ENTRY) {
                        throw Problem.invalid("datasets.file.zip-entries", bounds.entries());
                    }
                    return;
                }
            }
            throw Problem.invalid("datasets.file.zip-broken");
        }
    }

    private ZipDirectory() {}
}
