package io.hearth.ui.models;

import io.hearth.ui.core.Sentence;
import java.util.List;

/**
 * What a version was made of and what was made of it.
 *
 * @param nodes things, each in a column from the left
 * @param edges which was made of which
 */
public record LineageDrawing(List<Node> nodes, List<Edge> edges) {
    /**
     * A thing.
     *
     * @param id its id
     * @param label what it is called
     * @param kind what it is
     * @param column place from the left, from 0
     * @param route its page; empty: none
     * @param current whether the drawing is of this one
     */
    public record Node(String id, String label, Sentence kind, int column, String route, boolean current) {}

    /** One thing was made of another. */
    public record Edge(String from, String to) {}
}
