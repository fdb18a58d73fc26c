/**
 * Models as they come and go: zip and tar archives and folders read file by file, with names that lead out of the folder, links,
 * bombs and damaged archives refused; and the tar archive written for an export.
 */
package io.hearth.ui.models.bundle;
