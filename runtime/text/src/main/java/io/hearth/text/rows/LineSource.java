package io.hearth.text.rows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** The lines of a stream as bytes, in flat memory: of a line that is too long only the length is kept. */
final class LineSource implements AutoCloseable {
    private final InputStream in;
    private final int maximumBytes;
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int filled;

    LineSource(InputStream in, int maximumBytes) {
        this.in = in;
        this.maximumBytes = maximumBytes;
    }

    /**
     * A line without its end.
     *
     * @param bytes its content, or null where it is too long
     * @param length its length in bytes
     */
    record Line(byte[] bytes, long length) {}

    /** The next line, or null at the end of the stream. */
    Line next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        long length = 0;
        while (true) {
            if (position == filled) {
                filled = Math.max(0, in.read(buffer));
                position = 0;
                if (filled == 0) {
                    return length == 0 ? null : line(line, length);
                }
            }
            int end = position;
            while (end < filled && buffer[end] != '\n') {
                end++;
            }
            length += end - position;
            if (length <= maximumBytes) {
                line.write(buffer, position, end - position);
            } else {
                line.reset();
            }
            boolean complete = end < filled;
            position = complete ? end + 1 : end;
            if (complete) {
                return line(line, length);
            }
        }
    }

    private Line line(ByteArrayOutputStream line, long length) {
        return new Line(length <= maximumBytes ? line.toByteArray() : null, length);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
