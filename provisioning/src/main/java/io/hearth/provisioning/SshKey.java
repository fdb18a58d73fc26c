package io.hearth.provisioning;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/** A public key as OpenSSH writes it into a file that ends in {@code .pub}: its type, its bytes in base64, and a comment. */
final class SshKey {
    /** RSA keys below this length are not taken. */
    static final int LEAST_RSA_BITS = 3072;

    private static final Set<String> TYPES = Set.of(
            "ssh-ed25519",
            "ecdsa-sha2-nistp256",
            "ecdsa-sha2-nistp384",
            "ecdsa-sha2-nistp521",
            "ssh-rsa",
            "sk-ssh-ed25519@openssh.com",
            "sk-ecdsa-sha2-nistp256@openssh.com");

    private SshKey() {}

    /** What is wrong with a key, as a sentence that does not repeat it; null if nothing is. */
    static String wrong(String text) {
        if (text.contains("PRIVATE KEY")) {
            return "This is a private key, which only its owner may have. Give the line of the file that ends in .pub,"
                    + " and make a new key, since this one has been written onto a stick.";
        }
        String[] parts = text.strip().split(" +", 3);
        if (text.chars().anyMatch(Character::isISOControl) || parts.length < 2 || !TYPES.contains(parts[0])) {
            return "This is no public key of OpenSSH. It is one line that begins with ssh-ed25519, ecdsa-sha2-nistp256 or"
                    + " ssh-rsa, as in a file that ends in .pub.";
        }
        try {
            List<byte[]> fields = fields(Base64.getDecoder().decode(parts[1]));
            if (!new String(fields.getFirst(), StandardCharsets.US_ASCII).equals(parts[0]) || fields.size() < 2) {
                return damaged();
            }
            if (parts[0].equals("ssh-rsa")) {
                int bits = new BigInteger(1, fields.getLast()).bitLength();
                return bits < LEAST_RSA_BITS
                        ? "This RSA key has " + bits + " bits; it needs " + LEAST_RSA_BITS
                                + ". Better: ssh-keygen -t ed25519"
                        : null;
            }
            return null;
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            return damaged();
        }
    }

    private static String damaged() {
        return "This public key is not whole. Copy the line of the file that ends in .pub once more.";
    }

    /** The parts of a key (RFC 4253, section 6.6): each with its length before it, and nothing behind the last. */
    private static List<byte[]> fields(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        List<byte[]> fields = new ArrayList<>();
        while (buffer.hasRemaining()) {
            int length = buffer.getInt();
            if (length < 0 || length > buffer.remaining()) {
                throw new IllegalArgumentException();
            }
            byte[] field = new byte[length];
            buffer.get(field);
            fields.add(field);
        }
        if (fields.isEmpty()) {
            throw new IllegalArgumentException();
        }
        return fields;
    }
}
