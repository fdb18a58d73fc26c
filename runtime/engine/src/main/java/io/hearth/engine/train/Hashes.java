package io.hearth.engine.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** SHA-256 of files, directories and texts, as lower-case hexadecimal. */
public final class Hashes {
    private Hashes() {}

    /**
     * Hash of a file's content.
     *
     * @throws JobException if it cannot be read
     */
    public static String sha256(Path file) {
        MessageDigest digest = digest();
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
            while (channel.read(buffer) >= 0) {
                buffer.flip();
                digest.update(buffer);
                buffer.clear();
            }
        } catch (IOException e) {
            throw new JobException(file + " cannot be read: " + e.getMessage(), e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Hash of a text in UTF-8. */
    public static String sha256OfText(String text) {
        return HexFormat.of().formatHex(digest().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Hash of what makes a model: its configuration, tokenizer and weights. Names and hashes of these files, one a line in
     * alphabetical order, are hashed.
     */
    public static String sha256OfModel(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            List<Path> files = entries.filter(Files::isRegularFile)
                    .filter(path -> path.toString().endsWith(".safetensors")
                            || path.toString().endsWith(".json")
                            || path.toString().endsWith(".jinja"))
                    .filter(path -> !path.getFileName().toString().equals("lineage.json"))
                    .sorted()
                    .toList();
            StringBuilder list = new StringBuilder();
            for (Path file : files) {
                list.append(file.getFileName()).append(' ').append(sha256(file)).append('\n');
            }
            return sha256OfText(list.toString());
        } catch (IOException e) {
            throw new JobException(directory + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
