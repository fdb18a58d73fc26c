/**
 * The file that says what a new machine becomes: read, checked as a whole, and turned into the settings that the system applies at
 * every start. Runs on the machine that is installed, and on the one where sticks are written.
 */
package io.hearth.provisioning;
