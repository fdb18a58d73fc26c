package io.hearth.ui.core;

import java.util.List;

/**
 * A page of a list.
 *
 * @param items the items
 * @param total how many there are over all pages
 * @param offset index of the first item
 */
public record Paged<T>(List<T> items, long total, long offset) {}
