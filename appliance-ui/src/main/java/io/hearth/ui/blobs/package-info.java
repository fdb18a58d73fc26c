/**
 * Files named by the hash of their content. What a feature needs it names by hash in its rows and tells through
 * {@link io.hearth.ui.blobs.BlobUser}; {@link io.hearth.ui.blobs.BlobSweeper} takes the rest away after a day.
 */
package io.hearth.ui.blobs;
