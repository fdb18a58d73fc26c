/**
 * The page System: the machine that the control plane runs on, its network, time, disks and certificate, support bundles, restart and
 * factory reset. What needs rights on the machine is asked of {@link io.hearth.ui.machine.MachineSocket}.
 */
package io.hearth.ui.system;
