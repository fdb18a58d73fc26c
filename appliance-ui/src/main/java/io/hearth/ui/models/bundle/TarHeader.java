package io.hearth.ui.models.bundle;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A header block of a tar archive (POSIX.1-2001, ustar), in and out.
 *
 * @param name path of the entry
 * @param size bytes that follow
 * @param type {@code 0} file, {@code 5} folder, {@code 1}, {@code 2} links, {@code x}, {@code g} extended, {@code L} GNU long name
 */
record TarHeader(String name, long size, char type) {
    static final int BLOCK = 512;

    /** Whether a block has a header's check sum. */
    static boolean isOne(byte[] block) {
        return checksum(block) == octal(block, 148, 8);
    }

    /** Reads a block; null if it is none. */
    static TarHeader read(byte[] block) {
        long size = (block[124] & 0x80) != 0 ? binary(block, 124, 12) : octal(block, 124, 12);
        if (!isOne(block) || size < 0) {
            return null;
        }
        String name = text(block, 0, 100);
        if (text(block, 257, 5).equals("ustar") && block[262] == 0 && block[345] != 0) {
            name = text(block, 345, 155) + "/" + name;
        }
        char type = block[156] == 0 ? '0' : (char) (block[156] & 0xFF);
        return new TarHeader(name, size, type);
    }

    /** A header for a regular file of a name of at most 100 bytes, readable by all, of 1970. */
    static byte[] file(String name, long size) {
        return write(name, size, '0');
    }

    /** Blocks for a file of any name: a pax header first where the plain one cannot say it. */
    static byte[] extended(String name, long size) {
        byte[] path = name.getBytes(StandardCharsets.UTF_8);
        if (path.length <= 100 && size < 1L << 33) {
            return file(name, size);
        }
        byte[] records = (record("path", name) + record("size", Long.toString(size))).getBytes(StandardCharsets.UTF_8);
        int padded = Math.ceilDiv(records.length, BLOCK) * BLOCK;
        byte[] blocks = Arrays.copyOf(write("pax", records.length, 'x'), BLOCK + padded + BLOCK);
        System.arraycopy(records, 0, blocks, BLOCK, records.length);
        String shorter = new String(path, 0, Math.min(path.length, 90), StandardCharsets.ISO_8859_1)
                .replaceAll("[^\\x20-\\x7e]", "_");
        System.arraycopy(write(shorter, Math.min(size, (1L << 33) - 1), '0'), 0, blocks, BLOCK + padded, BLOCK);
        return blocks;
    }

    private static String record(String key, String value) {
        String rest = " " + key + "=" + value + "\n";
        int bytes = rest.getBytes(StandardCharsets.UTF_8).length;
        int length = bytes + 1;
        while (Integer.toString(length).length() + bytes != length) {
            length++;
        }
        return length + rest;
    }

    private static byte[] write(String name, long size, char type) {
        byte[] block = new byte[BLOCK];
        put(block, 0, name);
        put(block, 100, "0000644\0");
        put(block, 108, "0000000\0");
        put(block, 116, "0000000\0");
        put(block, 124, String.format("%011o", size) + "\0");
        put(block, 136, "00000000000\0");
        block[156] = (byte) type;
        put(block, 257, "ustar\00000");
        put(block, 148, String.format("%06o", checksum(block)) + "\0 ");
        return block;
    }

    private static void put(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }

    private static long checksum(byte[] block) {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : block[i] & 0xFF;
        }
        return sum;
    }

    private static String text(byte[] block, int from, int length) {
        int end = from;
        while (end < from + length && block[end] != 0) {
            end++;
        }
        return new String(block, from, end - from, StandardCharsets.UTF_8);
    }

    private static long octal(byte[] block, int from, int length) {
        String digits = text(block, from, length).strip();
        return digits.matches("[0-7]{1,20}") ? Long.parseLong(digits, 8) : digits.isEmpty() ? 0 : -1;
    }

    private static long binary(byte[] block, int from, int length) {
        long value = block[from] & 0x7F;
        for (int i = 1; i < length; i++) {
            if (value >= 1L << 54) {
                return -1;
            }
            value = value << 8 | block[from + i] & 0xFF;
        }
        return value;
    }
}
