/**
 * Speed on this machine: serving and training of a model of 0.5 billion parameters with random weights, each beside the
 * machine's limits as measured in the same run.
 */
package io.hearth.worker.bench;
