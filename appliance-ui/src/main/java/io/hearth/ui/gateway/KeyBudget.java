package io.hearth.ui.gateway;

import java.util.HashMap;
import java.util.Map;

/**
 * What one key has used of its limits, in memory. Requests that run count with an estimate until their usage is told; what the
 * worker counted then takes the estimate's place.
 */
final class KeyBudget {
    private static final long MINUTE = 60_000;
    /** How long an estimate stays after the answer, if no usage comes. */
    private static final long SETTLE_MILLIS = 60_000;

    private final MinuteWindow requests = new MinuteWindow();
    private final MinuteWindow tokens = new MinuteWindow();
    private final Map<String, Reserved> reserved = new HashMap<>();
    private long reservedTokens;
    private int running;
    private String day = "";
    private long dayTokens;

    private record Reserved(long tokens, long endedAt) {}

    /** What a request is told. */
    sealed interface Decision {
        /** The figures for the headers {@code x-ratelimit-*}. */
        Standing standing();
    }

    /** It may go on. */
    record Admitted(Standing standing) implements Decision {}

    /**
     * It may not.
     *
     * @param type {@code requests}, {@code tokens} or {@code concurrency}
     * @param retryAfterMillis when it may be tried again
     * @param message a sentence for the client
     */
    record Refused(Standing standing, String type, long retryAfterMillis, String message) implements Decision {}

    /**
     * How a key stands. Null where there is no limit.
     *
     * @param limitRequests requests per minute
     * @param remainingRequests of these, left
     * @param resetRequestsMillis until all are there again
     * @param limitTokens tokens per minute
     * @param remainingTokens of these, left
     * @param resetTokensMillis until all are there again
     */
    record Standing(
            Integer limitRequests,
            Long remainingRequests,
            long resetRequestsMillis,
            Long limitTokens,
            Long remainingTokens,
            long resetTokensMillis) {}

    /** Sets what the key has used today, as the database has it. */
    synchronized void startDay(String today, long used) {
        day = today;
        dayTokens = used;
    }

    /**
     * Asks for a request.
     *
     * @param estimate tokens that it may take
     * @param today the day
     * @param tomorrow when the next day begins
     */
    synchronized Decision admit(
            KeyLimits limits, String request, long estimate, long now, String today, long tomorrow) {
        turnDay(today);
        forgetSettled(now);
        Refused refused = refusal(limits, estimate, now, tomorrow);
        if (refused != null) {
            return refused;
        }
        requests.add(now, 1);
        reserved.put(request, new Reserved(estimate, Long.MAX_VALUE));
        reservedTokens += estimate;
        running++;
        return new Admitted(standing(limits, now));
    }

    private Refused refusal(KeyLimits limits, long estimate, long now, long tomorrow) {
        if (limits.concurrency() != null && running >= limits.concurrency()) {
            return new Refused(
                    standing(limits, now),
                    "concurrency",
                    1000,
                    "This key may have " + limits.concurrency()
                            + " requests at the same time, and has them. Wait for one" + " to end.");
        }
        if (limits.requestsPerMinute() != null && requests.sum(now) >= limits.requestsPerMinute()) {
            return new Refused(
                    standing(limits, now),
                    "requests",
                    requests.millisUntil(now, limits.requestsPerMinute() - 1),
                    "This key may make " + limits.requestsPerMinute() + " requests per minute, and has made them.");
        }
        if (limits.tokensPerMinute() != null) {
            long limit = limits.tokensPerMinute();
            long used = tokens.sum(now);
            // A request that is estimated above the whole limit is let through when nothing else was used.
            long wanted = Math.min(estimate, limit);
            if (used + reservedTokens + wanted > limit) {
                long wait = tokens.millisUntil(now, Math.max(0, limit - wanted - reservedTokens));
                return new Refused(
                        standing(limits, now),
                        "tokens",
                        Math.max(1000, wait),
                        "This key may use " + limit + " tokens per minute; " + used + " were used, " + reservedTokens
                                + " are set aside for requests that run, and this one may need " + wanted + ".");
            }
        }
        if (limits.tokensPerDay() != null && dayTokens + reservedTokens >= limits.tokensPerDay()) {
            return new Refused(
                    standing(limits, now),
                    "tokens",
                    reservedTokens > 0 && dayTokens < limits.tokensPerDay() ? 1000 : Math.max(1000, tomorrow - now),
                    "This key may use " + limits.tokensPerDay() + " tokens per day, and " + dayTokens
                            + " were used today.");
        }
        return null;
    }

    /** A request has ended. What was set aside for it stays for a while if its usage is still to come. */
    synchronized void ended(String request, boolean usageExpected, long now) {
        running--;
        Reserved held = reserved.get(request);
        if (held == null) {
            return;
        }
        if (usageExpected) {
            reserved.put(request, new Reserved(held.tokens(), now));
        } else {
            reserved.remove(request);
            reservedTokens -= held.tokens();
        }
    }

    /** A worker has told what a request has cost. */
    synchronized void used(String request, long cost, long now, String usageDay, String today) {
        turnDay(today);
        Reserved held = reserved.get(request);
        if (held != null) {
            // It may still be running here by a moment; its end must find an entry.
            reservedTokens -= held.tokens();
            if (held.endedAt() == Long.MAX_VALUE) {
                reserved.put(request, new Reserved(0, Long.MAX_VALUE));
            } else {
                reserved.remove(request);
            }
        }
        tokens.add(now, cost);
        if (usageDay.equals(day)) {
            dayTokens += cost;
        }
    }

    synchronized Standing standing(KeyLimits limits, long now) {
        Integer perMinute = limits.requestsPerMinute();
        Long tokensPerMinute = limits.tokensPerMinute();
        return new Standing(
                perMinute,
                perMinute == null ? null : Math.max(0, perMinute - requests.sum(now)),
                perMinute == null ? 0 : requests.millisUntil(now, 0),
                tokensPerMinute,
                tokensPerMinute == null ? null : Math.max(0, tokensPerMinute - tokens.sum(now) - reservedTokens),
                tokensPerMinute == null ? 0 : reservedTokens > 0 ? MINUTE : tokens.millisUntil(now, 0));
    }

    /** Requests that run. */
    synchronized int running() {
        return running;
    }

    private void turnDay(String today) {
        if (!today.equals(day)) {
            day = today;
            dayTokens = 0;
        }
    }

    private void forgetSettled(long now) {
        if (reserved.isEmpty()) {
            return;
        }
        reserved.values().removeIf(held -> {
            boolean old = held.endedAt() != Long.MAX_VALUE && now - held.endedAt() > SETTLE_MILLIS;
            if (old) {
                reservedTokens -= held.tokens();
            }
            return old;
        });
    }
}
