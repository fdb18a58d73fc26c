/**
 * What came of a check on a machine with a card: {@code gpu-check.sh} of the pack leaves a folder of results, step by step, and
 * {@link io.hearth.worker.hardware.HardwareReportMain} makes one file of it.
 */
package io.hearth.worker.hardware;
