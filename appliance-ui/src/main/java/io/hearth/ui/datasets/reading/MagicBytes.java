package io.hearth.ui.datasets.reading;

import io.hearth.ui.core.Problem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Knows files that are no datasets by their first bytes, and says what to do instead. */
final class MagicBytes {
    /** Bytes that are needed to know. */
    static final int HEAD = 512;

    private record Magic(int offset, byte[] bytes, String advice, String what) {
        Magic(int offset, String bytes, String advice, String what) {
            this(offset, bytes.getBytes(StandardCharsets.ISO_8859_1), advice, what);
        }

        boolean begins(byte[] head, int length) {
            if (offset + bytes.length > length) {
                return false;
            }
            for (int i = 0; i < bytes.length; i++) {
                if (head[offset + i] != bytes[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    private static final List<Magic> KNOWN = List.of(
            new Magic(0, "%PDF-", "document", "PDF"),
            new Magic(0, "{\\rtf", "document", "RTF"),
            new Magic(0, "\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1", "office", "Microsoft Office 97–2003"),
            new Magic(0, "\u0089PNG\r\n", "picture", "PNG"),
            new Magic(0, "\u00ff\u00d8\u00ff", "picture", "JPEG"),
            new Magic(0, "GIF8", "picture", "GIF"),
            new Magic(8, "WEBP", "picture", "WebP"),
            new Magic(0, "BM\u0000", "picture", "BMP"),
            new Magic(4, "ftyp", "media", "MP4"),
            new Magic(0, "ID3", "media", "MP3"),
            new Magic(0, "OggS", "media", "Ogg"),
            new Magic(8, "WAVE", "media", "WAV"),
            new Magic(0, "\u007fELF", "program", "ELF"),
            new Magic(0, "MZ\u0090", "program", "Windows"),
            new Magic(0, "\u00ca\u00fe\u00ba\u00be", "program", "Java"),
            new Magic(0, "PAR1", "columnar", "Parquet"),
            new Magic(0, "ARROW1", "columnar", "Arrow"),
            new Magic(0, "FEA1", "columnar", "Feather"),
            new Magic(0, "ORC", "columnar", "ORC"),
            new Magic(0, "Obj\u0001", "columnar", "Avro"),
            new Magic(0, "\u0089HDF\r\n", "columnar", "HDF5"),
            new Magic(0, "\u0093NUMPY", "columnar", "NumPy"),
            new Magic(0, "SQLite format 3\u0000", "columnar", "SQLite"),
            new Magic(0, "GGUF", "model", "GGUF"),
            new Magic(0, "7z\u00bc\u00af\u0027\u001c", "archive", "7-Zip"),
            new Magic(0, "Rar!\u001a\u0007", "archive", "RAR"),
            new Magic(0, "\u00fd7zXZ\u0000", "archive", "XZ"),
            new Magic(0, "\u0028\u00b5\u002f\u00fd", "archive", "Zstandard"),
            new Magic(0, "BZh", "archive", "bzip2"),
            new Magic(257, "ustar", "archive", "tar"));

    /**
     * Refuses what is known not to be a dataset.
     *
     * @param head the first bytes of a file
     * @param length how many there are
     */
    static void refuse(byte[] head, int length) {
        for (Magic magic : KNOWN) {
            if (magic.begins(head, length)) {
                throw Problem.invalid("datasets.file." + magic.advice(), magic.what());
            }
        }
        if (length >= 2 && (head[0] & 0xff) == 0x80 && head[1] >= 2 && head[1] <= 5) {
            throw Problem.invalid("datasets.file.pickle");
        }
        String text = new String(head, 0, Math.min(length, 64), StandardCharsets.ISO_8859_1)
                .replace("\u00ef\u00bb\u00bf", "")
                .stripLeading()
                .toLowerCase(Locale.ROOT);
        if (text.startsWith("<!doctype html") || text.startsWith("<html")) {
            throw Problem.invalid("datasets.file.html");
        }
        if (text.startsWith("<?xml")) {
            throw Problem.invalid("datasets.file.xml");
        }
        // safetensors: eight bytes of a length, then JSON.
        if (length > 9 && head[8] == '{' && head[6] == 0 && head[7] == 0 && head[5] == 0) {
            throw Problem.invalid("datasets.file.model", "safetensors");
        }
    }

    private MagicBytes() {}
}
