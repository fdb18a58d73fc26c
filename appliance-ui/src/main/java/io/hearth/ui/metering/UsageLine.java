package io.hearth.ui.metering;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * A sum of usage. What it is not summed by is null.
 *
 * @param day the day
 * @param key id of the key; {@code -} for the playground
 * @param keyName its name
 * @param user id of the user
 * @param userName their name
 * @param model public name of the deployment
 * @param outcome how the requests ended
 * @param requests number of requests
 * @param promptTokens tokens in
 * @param cachedTokens of these, tokens that were still there
 * @param completionTokens tokens out
 * @param cardSeconds seconds of cards
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record UsageLine(
        String day,
        String key,
        String keyName,
        String user,
        String userName,
        String model,
        String outcome,
        long requests,
        long promptTokens,
        long cachedTokens,
        long completionTokens,
        double cardSeconds) {
    /** The value of one of the columns that it is summed by, as a person reads it. */
    public String label(UsageQuery.Group group) {
        return switch (group) {
            case DAY -> day;
            case KEY -> keyName == null ? key : keyName;
            case USER -> userName == null ? user : userName;
            case MODEL -> model;
            case OUTCOME -> outcome;
        };
    }
}
