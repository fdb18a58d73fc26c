package io.hearth.ui.datasets.reading;

/**
 * Where something stands in an uploaded file.
 *
 * @param file number of the data file, from 0; an archive may hold several
 * @param line line, or row of a sheet, from 1
 * @param column character in the line, or column of the sheet, from 1; 0 if the row as a whole is meant
 */
public record Place(int file, long line, int column) {}
