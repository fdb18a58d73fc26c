/** The operations of {@link io.hearth.device.Kernels} on a card: which kernel, with which grid, by family. */
package io.hearth.device.cuda.kernels;
