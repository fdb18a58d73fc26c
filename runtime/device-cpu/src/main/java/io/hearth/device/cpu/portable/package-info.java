/**
 * The kernels in plain Java: what runs where the native library is missing, and what it is compared with. One class for
 * each family, every sum in one fixed order, no threads.
 */
package io.hearth.device.cpu.portable;
