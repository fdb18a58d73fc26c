/**
 * The fast kernels of the host: our own in C ({@code src/main/c}) and oneDNN's matrix products, with the portable ones
 * behind them for what neither does.
 */
package io.hearth.device.cpu.kernels;
