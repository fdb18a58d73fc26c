/**
 * The machine that this control plane runs on, if it was started from Hearth's system image: what runs in which slot, updates,
 * restarting. The control plane has no rights there itself: it asks over a socket ({@link io.hearth.ui.machine.MachineSocket}),
 * behind which {@code os-image/overlay/usr/lib/hearth/bin/system-request} checks and does what is on a fixed list. What is known of
 * an update lies with the machine, so that nothing here has to survive a restart.
 */
package io.hearth.ui.machine;
