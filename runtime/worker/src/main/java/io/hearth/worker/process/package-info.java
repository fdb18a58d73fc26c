/**
 * What every command of the worker stands on: standard output set apart, the log, signals, failures as sentences, the one
 * JSON mapper, the card to work on.
 */
package io.hearth.worker.process;
