/**
 * Datasets: uploaded files become rows that training takes, in versions that never change. {@link
 * io.hearth.ui.datasets.ImportService} reads an upload and reports what is wrong with it, {@link
 * io.hearth.ui.datasets.ImportCommit} makes it a version, {@link io.hearth.ui.datasets.DatasetCatalog} keeps the versions.
 */
package io.hearth.ui.datasets;
