package io.hearth.worker.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The token that guards a worker, if there is one. Only its hash is kept. */
final class BearerToken {
    private static final String SCHEME = "Bearer ";

    private final byte[] hash;

    /** @param token null or blank = no guard */
    BearerToken(String token) {
        this.hash = token == null || token.isBlank() ? null : sha256(token.strip());
    }

    /** Whether a request with this Authorization header (or null) may pass. Takes the same time for every wrong one. */
    boolean admits(String authorization) {
        if (hash == null) {
            return true;
        }
        boolean scheme = authorization != null && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        String token = scheme ? authorization.substring(SCHEME.length()).strip() : "";
        return MessageDigest.isEqual(hash, sha256(token));
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
