/**
 * What was done, by whom and when: rows that are only ever added, each with the hash of the one before it. Features record in the
 * transaction that changes something; administrators search, verify and take away what is written.
 */
package io.hearth.ui.audit;
