/**
 * Who may come in, and as whom: users with slow password hashes, sessions and tokens as rows, the first administrator by a code
 * from the console, lock-out of those who guess, and the one place ({@link io.hearth.ui.access.OpenPaths}) that names what is open
 * to everybody. A request becomes a {@link io.hearth.ui.access.Caller}; features see only its
 * {@link io.hearth.ui.core.Actor}.
 */
package io.hearth.ui.access;
