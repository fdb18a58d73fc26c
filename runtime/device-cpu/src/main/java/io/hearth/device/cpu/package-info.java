/**
 * The host as a device: memory from the system, and kernels behind {@link io.hearth.device.cpu.CpuKernels}, of which the
 * portable ones need nothing but Java.
 */
package io.hearth.device.cpu;
