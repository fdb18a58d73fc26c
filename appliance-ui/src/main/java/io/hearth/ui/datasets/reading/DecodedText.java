package io.hearth.ui.datasets.reading;

import io.hearth.ui.core.Problem;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.util.ArrayDeque;
import java.util.zip.ZipException;

/**
 * The characters of a file. Bytes that are no character come as U+FFFD, and their place is remembered, so that the row that holds
 * them can be told apart from one that says U+FFFD itself.
 */
final class DecodedText extends Reader {
    /** Bytes that are no character: how many characters stand before them, and where in the file they are. */
    record Fault(long offset, long line, int column) {}

    private final InputStream in;
    private final CharsetDecoder decoder;
    private final String name;
    private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16).flip();
    private final CharBuffer characters = CharBuffer.allocate(1 << 16).flip();
    private final ArrayDeque<Fault> faults = new ArrayDeque<>();
    private boolean exhausted;
    private boolean end;
    private long offset;
    private long line = 1;
    private int column = 1;
    private boolean afterReturn;

    DecodedText(DataFile file, Encodings.Encoding encoding) throws IOException {
        this.in = file.open();
        this.name = file.name();
        in.skipNBytes(encoding.mark());
        this.decoder = encoding.charset()
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    /** The first fault before a place, counted in characters from the beginning; those up to it are forgotten. Null if none. */
    Fault faultBefore(long place) {
        Fault first = null;
        while (!faults.isEmpty() && faults.peekFirst().offset() < place) {
            Fault fault = faults.pollFirst();
            first = first == null ? fault : first;
        }
        return first;
    }

    @Override
    public int read(char[] target, int start, int length) throws IOException {
        while (!characters.hasRemaining()) {
            if (end) {
                return -1;
            }
            fill();
        }
        int n = Math.min(length, characters.remaining());
        characters.get(target, start, n);
        return n;
    }

    private void fill() throws IOException {
        if (!exhausted && bytes.remaining() < 16) {
            bytes.compact();
            int n = readBytes();
            exhausted = n < 0;
            bytes.position(bytes.position() + Math.max(0, n)).flip();
        }
        // One place is left for the character that stands for a fault.
        characters.clear().limit(characters.capacity() - 1);
        CoderResult result = decoder.decode(bytes, characters, exhausted);
        int decoded = characters.position();
        for (int i = 0; i < decoded; i++) {
            advance(characters.get(i));
        }
        characters.limit(characters.capacity());
        if (result.isError()) {
            bytes.position(bytes.position() + result.length());
            faults.add(new Fault(offset, line, column));
            characters.put('\uFFFD');
            advance('\uFFFD');
        } else if (exhausted && result.isUnderflow()) {
            decoder.flush(characters);
            end = true;
        }
        characters.flip();
    }

    private void advance(char c) {
        offset++;
        if (c == '\n' && afterReturn) {
            afterReturn = false;
            return;
        }
        afterReturn = c == '\r';
        if (c == '\n' || c == '\r') {
            line++;
            column = 1;
        } else if (!Character.isLowSurrogate(c)) {
            column++;
        }
    }

    private int readBytes() throws IOException {
        try {
            return in.read(bytes.array(), bytes.position(), bytes.remaining());
        } catch (ZipException | EOFException e) {
            throw Problem.invalid("datasets.file.compressed-broken", name);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
