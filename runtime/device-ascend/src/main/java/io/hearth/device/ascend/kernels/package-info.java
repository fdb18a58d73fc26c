/** The kernels of the device API, put together from CANN's operators. */
package io.hearth.device.ascend.kernels;
