/**
 * Files on their way in. A browser or a program sends a file in chunks and goes on where it stopped, after a lost connection as
 * after a restart of either side; a feature then takes the whole file by its id through {@link io.hearth.ui.uploads.Uploads}.
 */
package io.hearth.ui.uploads;
