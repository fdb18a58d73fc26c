package io.hearth.starter;

import java.nio.charset.StandardCharsets;

/**
 * The printable stand-ins of the 256 bytes that byte-level tokenizers write into their vocabulary
 * (bytes_to_unicode of GPT-2): printable Latin-1 characters stand for themselves, the others are moved
 * to U+0100 and up.
 */
final class ByteAlphabet {
    private static final char[] CHARACTERS = characters();

    private ByteAlphabet() {}

    static char of(int unsignedByte) {
        return CHARACTERS[unsignedByte];
    }

    /** Returns the UTF-8 bytes of the text as stand-ins. */
    static String encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        StringBuilder result = new StringBuilder(bytes.length);
        for (byte value : bytes) {
            result.append(of(value & 0xFF));
        }
        return result.toString();
    }

    private static char[] characters() {
        char[] characters = new char[256];
        int moved = 256;
        for (int value = 0; value < 256; value++) {
            boolean printable = (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xAC) || value >= 0xAE;
            characters[value] = (char) (printable ? value : moved++);
        }
        return characters;
    }
}
