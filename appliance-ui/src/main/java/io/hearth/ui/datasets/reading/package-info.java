/**
 * From a file as people have it to rows: {@link io.hearth.ui.datasets.reading.Container} takes off the wrapping,
 * {@link io.hearth.ui.datasets.reading.Encodings} finds how its characters are written, {@link
 * io.hearth.ui.datasets.reading.FormatDetector} how its rows, and {@link io.hearth.ui.datasets.reading.MappingDetector} what their
 * columns mean; {@link io.hearth.ui.datasets.reading.DatasetReader} does all this in flat memory. What is wrong with the file as a
 * whole is a {@link io.hearth.ui.core.Problem}; what is wrong with a row is a {@link io.hearth.ui.datasets.reading.BadRow}.
 */
package io.hearth.ui.datasets.reading;
