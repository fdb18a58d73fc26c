/**
 * The set-up in a browser, from the first-run code to the first administrator. On a machine that runs the system image and that no
 * provision.yaml has decided, it also asks for name, network and role; what it asks the machine for lies in
 * {@code os-image/overlay/usr/lib/hearth/requests/setup.sh}. What has been answered lies where it is used (with the machine, in the
 * settings), so that nothing is answered twice after a reload or a power cut; the step alone is kept here.
 */
package io.hearth.ui.setup;
