package io.hearth.ui.models.bundle;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes files as a tar archive, straight to whoever takes it. */
public final class TarWriter {
    private final OutputStream out;

    public TarWriter(OutputStream out) {
        this.out = out;
    }

    /** Adds a file. */
    public void add(String path, Path file) throws IOException {
        long size = Files.size(file);
        out.write(TarHeader.extended(path, size));
        Files.copy(file, out);
        out.write(new byte[(int) (Math.ceilDiv(size, TarHeader.BLOCK) * TarHeader.BLOCK - size)]);
    }

    /** Writes the end of the archive. */
    public void finish() throws IOException {
        out.write(new byte[2 * TarHeader.BLOCK]);
        out.flush();
    }

    /** Bytes that {@link #add} writes for a file. */
    public static long bytes(String path, long size) {
        return TarHeader.extended(path, size).length + Math.ceilDiv(size, TarHeader.BLOCK) * TarHeader.BLOCK;
    }

    /** Bytes that {@link #finish} writes. */
    public static long endBytes() {
        return 2 * TarHeader.BLOCK;
    }
}
