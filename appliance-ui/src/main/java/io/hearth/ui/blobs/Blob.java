package io.hearth.ui.blobs;

/**
 * Bytes named by their hash.
 *
 * @param sha256 hash in hexadecimal
 * @param size bytes
 */
public record Blob(String sha256, long size) {}
