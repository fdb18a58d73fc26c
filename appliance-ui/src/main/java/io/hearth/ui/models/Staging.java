package io.hearth.ui.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hearth.protocol.WorkerSpec;
import io.hearth.ui.core.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * The files of an import that were read so far, in a folder of their own with a journal of those that are complete. A process
 * that is killed at any moment finds there what it need not read again.
 */
final class Staging {
    private static final int BUFFER = 1 << 18;

    private final Path folder;
    private final Path files;
    private final Path journal;
    private final Map<String, WorkerSpec.Input> complete = new LinkedHashMap<>();

    Staging(Path folder) throws IOException {
        this.folder = folder;
        this.files = Files.createDirectories(folder.resolve("files"));
        this.journal = folder.resolve("journal.jsonl");
        readJournal();
    }

    /** Where the files lie. */
    Path files() {
        return files;
    }

    /** A file that is complete, or null. */
    WorkerSpec.Input find(String path, long size) {
        WorkerSpec.Input known = complete.get(path);
        return known != null && known.size() == size ? known : null;
    }

    /** Those that are complete. */
    List<WorkerSpec.Input> all() {
        return List.copyOf(complete.values());
    }

    /**
     * Writes a file: under another name first, synced, then renamed, then noted.
     *
     * @param progress told of the bytes as they are written; may throw to stop
     */
    void write(String path, InputStream in, LongConsumer progress) throws IOException {
        Path target = files.resolve(path);
        Files.createDirectories(target.getParent());
        Path part = folder.resolve("part");
        MessageDigest digest = sha256();
        long size = 0;
        try (FileChannel channel = FileChannel.open(
                        part,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING);
                OutputStream out = java.nio.channels.Channels.newOutputStream(channel)) {
            byte[] buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
                digest.update(buffer, 0, n);
                size += n;
                progress.accept(n);
            }
            channel.force(true);
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        note(new WorkerSpec.Input(path, HexFormat.of().formatHex(digest.digest()), size));
    }

    private void note(WorkerSpec.Input file) throws IOException {
        try (FileChannel channel = FileChannel.open(
                journal, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            channel.write(java.nio.ByteBuffer.wrap(
                    (Json.write(file) + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8)));
            channel.force(true);
        }
        complete.put(file.path(), file);
    }

    private void readJournal() throws IOException {
        if (!Files.exists(journal)) {
            return;
        }
        String text = Files.readString(journal);
        // What stands behind the last line feed was torn by a kill; a later line must not be glued to it.
        int whole = text.lastIndexOf('\n') + 1;
        for (String line : text.substring(0, whole).split("\n")) {
            try {
                WorkerSpec.Input file = Json.MAPPER.readValue(line, WorkerSpec.Input.class);
                complete.put(file.path(), file);
            } catch (JsonProcessingException e) {
                // Not a line of this journal: that file is read again.
                continue;
            }
        }
        if (whole < text.length()) {
            Files.writeString(journal, text.substring(0, whole));
        }
    }

    /** Takes everything away. */
    void delete() throws IOException {
        delete(folder);
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
