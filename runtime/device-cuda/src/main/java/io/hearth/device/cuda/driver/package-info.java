/**
 * NVIDIA's driver through the foreign function interface: cards, memory, streams, kernels, recorded work. Nothing here
 * needs more than {@code libcuda.so.1}.
 */
package io.hearth.device.cuda.driver;
