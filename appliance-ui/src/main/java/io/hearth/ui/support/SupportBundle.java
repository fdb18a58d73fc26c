package io.hearth.ui.support;

import io.hearth.ui.core.Sentence;
import java.util.List;

/**
 * A bundle that was made.
 *
 * @param id its id, {@code sup-…}
 * @param created milliseconds since 1970
 * @param bytes size of the archive
 * @param contents its files
 */
public record SupportBundle(String id, long created, long bytes, List<Content> contents) {
    /**
     * A file of it.
     *
     * @param file its path in the archive
     * @param bytes its size
     * @param holds what it holds
     */
    public record Content(String file, long bytes, Sentence holds) {}
}
