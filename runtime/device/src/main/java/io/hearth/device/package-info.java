/**
 * The seam between the engine and the hardware.
 *
 * <p>A {@link io.hearth.device.Device} is the runtime's handle on one card. It allocates {@link
 * io.hearth.device.DeviceBuffer buffers}, copies to and from them, and offers {@link io.hearth.device.Kernels}: the
 * operations that the engine needs and no more. Kernels write into {@link io.hearth.device.Tensor tensors} that they are
 * given and never allocate, so that a step's memory can be planned to the byte before it starts, on a {@link
 * io.hearth.device.PlanningDevice}.
 *
 * <p>Devices are found by {@link io.hearth.device.Devices} through {@link java.util.ServiceLoader}; the engine never names
 * a vendor. {@code docs/device-api.md} tells how each kernel maps to oneDNN, CUDA and Ascend's aclnn.
 */
package io.hearth.device;
