/**
 * Rows of datasets: from a line of a file to tokens with a loss mask.
 *
 * <p>{@link io.hearth.text.rows.RowReader} streams a file and gives a {@link io.hearth.text.rows.Row} or a
 * {@link io.hearth.text.rows.RowProblem} for each line; {@link io.hearth.text.rows.RowEncoder} turns rows into
 * {@link io.hearth.text.rows.EncodedRow}s. Nothing is dropped silently.
 */
package io.hearth.text.rows;
