package io.hearth.ui.datasets;

/**
 * How far a reading is.
 *
 * @param phase {@code waiting}, {@code reading} or {@code comparing}
 * @param done bytes read, or rows compared
 * @param total of how many
 * @param rows good rows so far
 * @param badRows bad rows so far
 */
public record Progress(String phase, long done, long total, long rows, long badRows) {
    static final Progress WAITING = new Progress("waiting", 0, 1, 0, 0);
}
