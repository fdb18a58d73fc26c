package io.hearth.protocol;

/**
 * Something that has happened to a card. The same thing again within a short time is the same incident, counted.
 *
 * @param id unique on the node
 * @param card id of the card
 * @param first when it happened first, milliseconds since 1970
 * @param last when it happened last
 * @param count how often
 * @param finding what it means and what to do
 */
public record CardIncident(String id, String card, long first, long last, int count, CardFinding finding) {}
