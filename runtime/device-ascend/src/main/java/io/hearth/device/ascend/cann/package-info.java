/**
 * CANN on this machine: where it is, which version, what it has, and its runtime's functions. Looking for it loads nothing;
 * classes with native methods are touched when a card is looked at and not before.
 */
package io.hearth.device.ascend.cann;
