package io.hearth.ui.datasets.reading;

import io.hearth.ui.core.Problem;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** Counts what is read, and stops a stream that becomes larger than a compressed file honestly does. */
final class CountedStream extends FilterInputStream {
    private final LongConsumer counted;
    private final Bounds bounds;
    private final LongSupplier compressed;
    private long count;

    private CountedStream(InputStream in, LongConsumer counted, Bounds bounds, LongSupplier compressed) {
        super(in);
        this.counted = counted;
        this.bounds = bounds;
        this.compressed = compressed;
    }

    /** Tells how many bytes came with each read. */
    static CountedStream counting(InputStream in, LongConsumer counted) {
        return new CountedStream(in, counted, null, null);
    }

    /**
     * What was inflated, within bounds.
     *
     * @param compressed bytes that it was inflated from so far
     */
    static CountedStream inflated(InputStream in, Bounds bounds, LongSupplier compressed) {
        return new CountedStream(in, n -> {}, bounds, compressed);
    }

    @Override
    public int read() throws IOException {
        int value = super.read();
        if (value >= 0) {
            add(1);
        }
        return value;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int n = super.read(bytes, offset, length);
        if (n > 0) {
            add(n);
        }
        return n;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void add(int n) {
        count += n;
        counted.accept(n);
        if (bounds == null) {
            return;
        }
        if (count > bounds.uncompressed()) {
            throw Problem.invalid("datasets.file.bomb-size", bounds.uncompressed());
        }
        if (count > bounds.free() && count / Math.max(1, compressed.getAsLong()) >= bounds.ratio()) {
            throw Problem.invalid("datasets.file.bomb-ratio", bounds.ratio());
        }
    }
}
