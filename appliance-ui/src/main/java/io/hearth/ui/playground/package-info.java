/**
 * A place to talk to what is deployed. It goes the way that applications go, over the same routes to the same workers, on the
 * account of the user who is signed in; nothing of what is said is kept.
 */
package io.hearth.ui.playground;
