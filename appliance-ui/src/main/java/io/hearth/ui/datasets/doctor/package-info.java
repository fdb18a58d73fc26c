/**
 * Looks at the rows of a dataset together: exact duplicates, questions with several answers, clusters of near-duplicates, the split
 * by them, and the difference between two sets of rows. All of it works with files that are sorted in pieces, so that memory does not
 * grow with the rows' text.
 */
package io.hearth.ui.datasets.doctor;
