package io.hearth.ui.datasets.reading;

/**
 * What is read at most, so that no file can fill the disk, the memory, or the day.
 *
 * @param uncompressed bytes that a compressed file may become
 * @param ratio how many times its size it may become, once it is past {@code free}
 * @param free bytes that any compressed file may become
 * @param entries files in an archive
 * @param workbook bytes that the parts of a workbook may become
 * @param sharedStrings bytes of a workbook's table of texts, which is held in memory
 * @param rowCharacters characters of one row
 */
public record Bounds(
        long uncompressed, int ratio, long free, int entries, long workbook, long sharedStrings, int rowCharacters) {
    /** The product's own. */
    public static final Bounds DEFAULT =
            new Bounds(200_000_000_000L, 300, 64L << 20, 10_000, 4L << 30, 128L << 20, 16 << 20);
}
