package io.hearth.ui.models.bundle;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Bounds what unpacking may bring: number of files, bytes in all, and bytes out for each byte in. */
final class Guard {
    static final int MAX_ENTRIES = 10_000;

    /** Real weights hardly shrink; a file of nothing but zeros shrinks a thousandfold. */
    private static final long MAX_RATIO = 200;

    /** Below this, the ratio does not matter. */
    private static final long FREE_BYTES = 256L << 20;

    private final long packedBytes;
    private int entries;
    private long unpacked;

    Guard(long packedBytes) {
        this.packedBytes = packedBytes;
    }

    /** A bomb was found while reading. */
    static final class Bomb extends IOException {
        Bomb() {
            super("more comes out than can be");
        }
    }

    void entry(String name) throws BadBundle {
        if (++entries > MAX_ENTRIES) {
            throw new BadBundle(name, "models.bundle.many", MAX_ENTRIES);
        }
    }

    /** Counts what comes out of a packed stream. */
    InputStream watch(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                int value = super.read();
                if (value >= 0) {
                    count(1);
                }
                return value;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int n = super.read(buffer, offset, length);
                if (n > 0) {
                    count(n);
                }
                return n;
            }

            @Override
            public long skip(long n) throws IOException {
                return super.skip(n);
            }
        };
    }

    private void count(long bytes) throws Bomb {
        unpacked += bytes;
        if (unpacked > FREE_BYTES && unpacked / MAX_RATIO > packedBytes) {
            throw new Bomb();
        }
    }
}
