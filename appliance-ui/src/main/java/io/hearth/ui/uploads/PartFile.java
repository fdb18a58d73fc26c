package io.hearth.ui.uploads;

import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The file of an upload that is not whole yet. Its length on disk is what has been received. The hash is carried along while
 * chunks come one after another in one process; otherwise it is computed over the file in the end.
 */
final class PartFile {
    private final Path file;
    private MessageDigest digest = sha256();
    private long digested;

    PartFile(Path file) {
        this.file = file;
    }

    long length() {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes what comes behind what is there and syncs it. Bytes that came before a connection broke are kept.
     *
     * @param most bytes that are taken; if more come, nothing of them is kept
     * @throws Problem of kind TOO_LARGE if more come
     * @throws IOException if the stream breaks or the disk is full
     */
    synchronized void append(InputStream in, long most) throws IOException {
        long start = length();
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ)) {
            byte[] buffer = new byte[1 << 16];
            long position = start;
            try {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    if (position + n - start > most) {
                        channel.truncate(start);
                        digested = -1;
                        throw new Problem(Problem.Kind.TOO_LARGE, Sentence.of("uploads.chunk", most));
                    }
                    ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, n);
                    while (bytes.hasRemaining()) {
                        position += channel.write(bytes, position);
                    }
                    if (digested == position - n) {
                        digest.update(buffer, 0, n);
                        digested = position;
                    }
                }
            } finally {
                channel.force(true);
            }
        }
    }

    /** The hash of all bytes. */
    synchronized String hash() throws IOException {
        if (digested != length()) {
            return BlobStore.hash(file);
        }
        String hash = HexFormat.of().formatHex(digest.digest());
        // The digest begins anew with its digest told, so it no longer stands for the file.
        digested = -1;
        return hash;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
