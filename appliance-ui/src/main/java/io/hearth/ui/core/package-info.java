/** What every feature stands on: the database, files, identifiers, sentences for people, who acts, and news within the process. */
package io.hearth.ui.core;
