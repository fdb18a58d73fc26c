/**
 * What every page is made of: the frame around it, words in the reader's language, live refreshing, and the few components that
 * Vaadin lacks. {@code docs/ui.md} shows how a page uses it.
 */
package io.hearth.ui.shell;
