/**
 * Tests of the packaged appliance: control plane, agents and workers as real processes with empty homes, driven over REST and in a
 * real browser. {@link io.hearth.ui.it.Appliance} starts and kills them.
 */
package io.hearth.ui.it;
