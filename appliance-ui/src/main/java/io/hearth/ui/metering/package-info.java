/**
 * What was used by whom. Workers say at the end of every request what it has cost; each such event becomes one row and part of
 * one daily sum, in the transaction that notes that the event is stored, so that it counts exactly once whatever is killed when.
 */
package io.hearth.ui.metering;
