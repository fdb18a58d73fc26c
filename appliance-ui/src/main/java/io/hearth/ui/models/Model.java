package io.hearth.ui.models;

import java.util.List;

/**
 * A name under which versions are kept.
 *
 * @param name its name, unique
 * @param notes what people want to remember about it
 * @param tags words to find it by
 * @param created milliseconds since 1970
 */
public record Model(String name, String notes, List<String> tags, long created) {}
