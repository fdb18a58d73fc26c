package io.hearth.ui.datasets.doctor;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Records for sorting: hashes first, then what they stand for. */
final class Hashes {
    private Hashes() {}

    /** SHA-256 of a text. */
    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** 16 bytes of the text's hash, then the row. */
    static byte[] keyed(String text, int row) {
        return ByteBuffer.allocate(20).put(sha256(text), 0, 16).putInt(row).array();
    }

    /** 16 bytes of the first text's hash, 8 of the second's, then the row. */
    static byte[] keyed(String text, String second, int row) {
        return ByteBuffer.allocate(28)
                .put(sha256(text), 0, 16)
                .put(sha256(second), 0, 8)
                .putInt(row)
                .array();
    }

    /** Spreads the bits of a number (the finaliser of MurmurHash3). */
    static long mix(long value) {
        long x = value;
        x = (x ^ x >>> 33) * 0xff51afd7ed558ccdL;
        x = (x ^ x >>> 33) * 0xc4ceb9fe1a85ec53L;
        return x ^ x >>> 33;
    }
}
