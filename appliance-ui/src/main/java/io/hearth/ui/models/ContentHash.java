package io.hearth.ui.models;

import io.hearth.protocol.WorkerSpec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/** The hash that names what a version holds. */
final class ContentHash {
    /** SHA-256 over the lines {@code sha256 two-blanks path newline} of all files, sorted by path: as {@code sha256sum} prints. */
    static String of(List<WorkerSpec.Input> files) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            files.stream()
                    .sorted(Comparator.comparing(WorkerSpec.Input::path))
                    .forEach(file -> digest.update(
                            (file.sha256() + "  " + file.path() + "\n").getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private ContentHash() {}
}
