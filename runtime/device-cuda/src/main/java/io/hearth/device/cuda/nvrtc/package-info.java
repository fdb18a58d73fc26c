/**
 * Compiles kernels where the build had no nvcc: NVIDIA's runtime compiler takes the sources that the build has put on the
 * class path, and what it makes is kept in a folder for the next start.
 */
package io.hearth.device.cuda.nvrtc;
