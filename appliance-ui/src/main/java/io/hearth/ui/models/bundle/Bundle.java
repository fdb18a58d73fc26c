package io.hearth.ui.models.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A set of files on its way in. */
public interface Bundle {
    /** Takes the files, in the bundle's order. */
    interface Visitor {
        /**
         * A regular file.
         *
         * @param path path within the bundle with slashes, checked by {@link EntryName}
         * @param size its bytes as the bundle says
         * @param content its bytes
         */
        void file(String path, long size, Content content) throws IOException, BadBundle;
    }

    /** Opens a file's bytes; need not be called. */
    @FunctionalInterface
    interface Content {
        InputStream open() throws IOException;
    }

    /** Bytes that {@link #read} goes through in all, for progress; an estimate. */
    long totalBytes() throws IOException;

    /** Goes through all files once. */
    void read(Visitor visitor) throws IOException, BadBundle;

    /**
     * The bundle in an archive, known by its first bytes.
     *
     * @throws BadBundle if it is neither zip nor tar nor a tar that gzip has packed
     */
    static Bundle ofArchive(Path file) throws IOException, BadBundle {
        byte[] head;
        try (InputStream in = Files.newInputStream(file)) {
            head = in.readNBytes(512);
        }
        if (head.length >= 4 && head[0] == 'P' && head[1] == 'K' && (head[2] == 3 || head[2] == 5)) {
            return new ZipBundle(file);
        }
        if (head.length >= 2 && (head[0] & 0xFF) == 0x1F && (head[1] & 0xFF) == 0x8B) {
            return new TarBundle(file, true);
        }
        if (head.length == 512 && TarHeader.isOne(head)) {
            return new TarBundle(file, false);
        }
        throw new BadBundle("", "models.bundle.kind");
    }
}
