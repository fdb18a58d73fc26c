package io.hearth.ui.datasets;

import java.util.List;

/**
 * A dataset: a name for a row of versions.
 *
 * @param id its id, {@code ds-…}
 * @param name its name
 * @param notes what people say about it
 * @param tags words to find it by
 * @param created milliseconds since 1970
 */
public record Dataset(String id, String name, String notes, List<String> tags, long created) {}
