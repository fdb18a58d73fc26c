/**
 * The support bundle: one file that an administrator may send to the manufacturer. It is built of what is named here (columns,
 * members, phrases of our own programs), never of everything less what was thought of; a redactor is the second line of defence.
 * Nothing is sent from here.
 *
 * <p>{@link io.hearth.ui.support.SupportBundles} writes it; {@link io.hearth.ui.support.Phrases} decides which texts may be in it.
 */
package io.hearth.ui.support;
