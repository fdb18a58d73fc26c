package io.hearth.ui.datasets.reading;

import io.hearth.ui.core.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.util.List;
import java.util.Locale;
import org.mozilla.universalchardet.UniversalDetector;

/**
 * Finds how a file's characters are written: by its byte order mark, by the zeros of UTF-16, by the rules of UTF-8, and only then by
 * the look of the text.
 */
final class Encodings {
    /** What a user may choose. */
    static final List<String> NAMES = List.of(
            "utf-8", "utf-16le", "utf-16be", "gb18030", "big5", "shift_jis", "euc-kr", "windows-1251", "windows-1252");

    private static final int HEAD = 1 << 16;
    private static final int ENOUGH = 1 << 20;
    private static final int FEW = 3;

    /**
     * An encoding.
     *
     * @param name one of {@link #NAMES}
     * @param mark bytes of the byte order mark to pass over
     */
    record Encoding(String name, int mark) {
        Charset charset() {
            return Charset.forName(name);
        }
    }

    /**
     * The encoding of a file.
     *
     * @param wished one of {@link #NAMES}, or null
     * @throws Problem if it is none that is read without being asked to
     */
    static Encoding detect(DataFile file, String wished) throws IOException {
        byte[] head;
        try (InputStream in = file.open()) {
            head = in.readNBytes(HEAD);
        }
        Encoding marked = byMark(head);
        if (wished != null) {
            if (!NAMES.contains(wished.toLowerCase(Locale.ROOT))) {
                throw Problem.invalid("datasets.settings.encoding", wished, String.join(", ", NAMES));
            }
            String name = wished.toLowerCase(Locale.ROOT);
            return new Encoding(name, marked != null && marked.name().equals(name) ? marked.mark() : 0);
        }
        if (marked != null) {
            return marked;
        }
        Encoding wide = byZeros(head);
        return wide != null ? wide : new Encoding(byText(file), 0);
    }

    private static Encoding byMark(byte[] head) {
        if (head.length >= 3 && (head[0] & 0xff) == 0xef && (head[1] & 0xff) == 0xbb && (head[2] & 0xff) == 0xbf) {
            return new Encoding("utf-8", 3);
        }
        if (head.length >= 4 && head[0] == (byte) 0xff && head[1] == (byte) 0xfe && head[2] == 0 && head[3] == 0) {
            throw Problem.invalid("datasets.file.encoding", "UTF-32");
        }
        if (head.length >= 2 && (head[0] & 0xff) == 0xff && (head[1] & 0xff) == 0xfe) {
            return new Encoding("utf-16le", 2);
        }
        if (head.length >= 2 && (head[0] & 0xff) == 0xfe && (head[1] & 0xff) == 0xff) {
            return new Encoding("utf-16be", 2);
        }
        if (head.length >= 4
                && (head[0] & 0xff) == 0x84
                && (head[1] & 0xff) == 0x31
                && (head[2] & 0xff) == 0x95
                && (head[3] & 0xff) == 0x33) {
            return new Encoding("gb18030", 4);
        }
        return null;
    }

    /** ASCII characters, which every dataset has, are a zero and a letter in UTF-16: on which side tells the order. */
    private static Encoding byZeros(byte[] head) {
        int even = 0;
        int odd = 0;
        for (int i = 0; i + 1 < head.length; i += 2) {
            even += head[i] == 0 && head[i + 1] > 0 ? 1 : 0;
            odd += head[i + 1] == 0 && head[i] > 0 ? 1 : 0;
        }
        int pairs = head.length / 2;
        if (even + odd == 0) {
            return null;
        }
        if (odd > 10 * even && odd * 50 >= pairs) {
            return new Encoding("utf-16le", 0);
        }
        if (even > 10 * odd && even * 50 >= pairs) {
            return new Encoding("utf-16be", 0);
        }
        throw Problem.invalid("datasets.file.binary");
    }

    private static String byText(DataFile file) throws IOException {
        UniversalDetector detector = new UniversalDetector();
        Utf8Check utf8 = new Utf8Check();
        byte[] suspicious = new byte[ENOUGH];
        int kept = 0;
        byte[] buffer = new byte[HEAD];
        try (InputStream in = file.open()) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                boolean plain = utf8.take(buffer, n);
                if (!plain && kept < ENOUGH) {
                    detector.handleData(buffer, 0, n);
                    int take = Math.min(n, ENOUGH - kept);
                    System.arraycopy(buffer, 0, suspicious, kept, take);
                    kept += take;
                }
                if (utf8.characters() + utf8.faults() > ENOUGH / 4) {
                    break;
                }
            }
        }
        // A few broken characters, or some among many good ones, are faults of rows; anything else is another encoding.
        if (utf8.faults() <= FEW || utf8.characters() >= 20 * utf8.faults()) {
            return "utf-8";
        }
        detector.dataEnd();
        String guessed = detector.getDetectedCharset();
        if (looksChinese(suspicious, kept)) {
            return "gb18030";
        }
        if (guessed != null && guessed.toUpperCase(Locale.ROOT).startsWith("GB")) {
            return "gb18030";
        }
        if (utf8.characters() > 0 && utf8.characters() >= utf8.faults() || guessed == null && utf8.faults() < 10) {
            return "utf-8";
        }
        throw Problem.invalid("datasets.file.encoding", guessed == null ? "?" : guessed);
    }

    /** Whether bytes are GB18030 by its rules, and mostly of the characters in daily use (rows 16 to 87 of GB 2312). */
    private static boolean looksChinese(byte[] bytes, int length) {
        CharsetDecoder decoder = Charset.forName("GB18030")
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);
        CharBuffer out = CharBuffer.allocate(length);
        int faults = 0;
        // Blocks are joined where others were left out, so a character may be cut at a seam.
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            if (!result.isError()) {
                break;
            }
            faults++;
            in.position(Math.min(in.limit(), in.position() + Math.max(1, result.length())));
        }
        int pairs = 0;
        int daily = 0;
        for (int i = 0; i + 1 < length; i++) {
            int lead = bytes[i] & 0xff;
            if (lead < 0x81) {
                continue;
            }
            int trail = bytes[i + 1] & 0xff;
            pairs++;
            daily += lead >= 0xa1 && lead <= 0xf7 && trail >= 0xa1 ? 1 : 0;
            i++;
        }
        return pairs > 0 && faults * 50 <= pairs && daily * 10 >= pairs * 7;
    }

    /** Counts whole characters and faults of UTF-8 over blocks. */
    private static final class Utf8Check {
        private int missing;
        private int low = 0x80;
        private int high = 0xbf;
        private long characters;
        private long faults;

        long characters() {
            return characters;
        }

        long faults() {
            return faults;
        }

        /** Takes a block and tells whether all of it was ASCII. */
        boolean take(byte[] bytes, int length) {
            boolean plain = missing == 0;
            for (int i = 0; i < length; i++) {
                int b = bytes[i] & 0xff;
                if (missing == 0 && b < 0x80) {
                    continue;
                }
                plain = false;
                step(b);
            }
            return plain;
        }

        private void step(int b) {
            if (missing > 0) {
                if (b >= low && b <= high) {
                    missing--;
                    low = 0x80;
                    high = 0xbf;
                    characters += missing == 0 ? 1 : 0;
                    return;
                }
                faults++;
                missing = 0;
            }
            low = b == 0xe0 ? 0xa0 : b == 0xf0 ? 0x90 : 0x80;
            high = b == 0xed ? 0x9f : b == 0xf4 ? 0x8f : 0xbf;
            if (b >= 0xc2 && b <= 0xdf) {
                missing = 1;
            } else if (b >= 0xe0 && b <= 0xef) {
                missing = 2;
            } else if (b >= 0xf0 && b <= 0xf4) {
                missing = 3;
            } else if (b >= 0x80) {
                faults++;
            }
        }
    }

    private Encodings() {}
}
