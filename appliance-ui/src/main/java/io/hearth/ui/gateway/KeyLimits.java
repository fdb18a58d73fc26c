package io.hearth.ui.gateway;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.hearth.ui.core.Problem;

/**
 * What an API key may use. Null: no limit.
 *
 * @param requestsPerMinute requests in any 60 seconds
 * @param tokensPerMinute tokens, in and out, in any 60 seconds
 * @param tokensPerDay tokens, in and out, on one day of the appliance's time zone
 * @param concurrency requests at the same time
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record KeyLimits(Integer requestsPerMinute, Long tokensPerMinute, Long tokensPerDay, Integer concurrency) {
    /** No limit at all. */
    public static final KeyLimits NONE = new KeyLimits(null, null, null, null);

    public KeyLimits {
        positive("requestsPerMinute", requestsPerMinute);
        positive("tokensPerMinute", tokensPerMinute);
        positive("tokensPerDay", tokensPerDay);
        positive("concurrency", concurrency);
    }

    private static void positive(String name, Number value) {
        if (value != null && value.longValue() < 1) {
            throw Problem.invalid("gateway.limit.positive", name);
        }
    }
}
