/**
 * Ascend cards, through DCMI, the management library of their driver; where that cannot be loaded, through what the driver's
 * command {@code npu-smi} prints. Not run on hardware.
 *
 * <p>Source of names, signatures and numbers: {@code dcmi_interface_api.h} and the DCMI API Reference of the driver.
 */
package io.hearth.agent.telemetry.ascend;
