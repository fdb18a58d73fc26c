/** What all of {@code /api/v1} has in common: how problems are answered, who may call from where, paging, and its description. */
package io.hearth.ui.api;
