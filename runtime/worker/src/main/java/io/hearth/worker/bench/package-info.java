/**
 * Speed on this machine with random weights, each figure beside the machine's limits as measured in the same run: serving and
 * training of a model of 0.5 billion parameters on any device, and for cards loading, serving and training of named shapes,
 * written down as JSON.
 */
package io.hearth.worker.bench;
