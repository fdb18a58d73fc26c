/** A card in the hands of this process: its stream, marks in it, copies to and from it. */
package io.hearth.device.ascend.card;
