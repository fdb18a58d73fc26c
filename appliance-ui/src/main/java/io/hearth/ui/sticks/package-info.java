/** Sticks that say what new machines become, written for one or a hundred of them, each with a one-time code of its own. */
package io.hearth.ui.sticks;
