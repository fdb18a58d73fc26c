package io.hearth.ui.gateway;

import io.hearth.ui.metering.Usage;
import io.hearth.ui.metering.UsageObserver;
import io.hearth.ui.metering.UsageTag;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The limits of all keys, in memory. Tokens of the day are read from the database at start; minutes begin anew. */
@ApplicationScoped
public class Limits implements UsageObserver {
    private final Clock clock;
    private final ZoneId zone;
    private final Map<String, KeyBudget> budgets = new ConcurrentHashMap<>();
    private volatile Day day;

    private record Day(String name, long begins, long ends) {}

    @Inject
    public Limits(Clock clock) {
        this(clock, ZoneId.systemDefault());
    }

    Limits(Clock clock, ZoneId zone) {
        this.clock = clock;
        this.zone = zone;
    }

    /** Sets what keys have used today already. */
    public void start(Map<String, Long> tokensToday) {
        String today = today(clock.millis()).name();
        tokensToday.forEach((key, tokens) -> budget(key).startDay(today, tokens));
    }

    /** Asks for a request of a key. */
    KeyBudget.Decision admit(ApiKey key, String request, long estimate) {
        long now = clock.millis();
        Day today = today(now);
        return budget(key.id()).admit(key.limits(), request, estimate, now, today.name(), today.ends());
    }

    /** A request that was admitted has ended. */
    void ended(ApiKey key, String request, boolean usageExpected) {
        budget(key.id()).ended(request, usageExpected, clock.millis());
    }

    @Override
    public void used(Usage usage) {
        if (!usage.tag().key().equals(UsageTag.NOBODY)) {
            long now = clock.millis();
            budget(usage.tag().key())
                    .used(
                            usage.tag().request(),
                            usage.tokens(),
                            now,
                            usage.day(),
                            today(now).name());
        }
    }

    /** How a key stands. */
    KeyBudget.Standing standing(ApiKey key) {
        return budget(key.id()).standing(key.limits(), clock.millis());
    }

    private KeyBudget budget(String key) {
        return budgets.computeIfAbsent(key, id -> new KeyBudget());
    }

    private Day today(long now) {
        Day known = day;
        if (known == null || now < known.begins() || now >= known.ends()) {
            LocalDate date = LocalDate.ofInstant(Instant.ofEpochMilli(now), zone);
            known = new Day(
                    date.toString(),
                    date.atStartOfDay(zone).toInstant().toEpochMilli(),
                    date.plusDays(1).atStartOfDay(zone).toInstant().toEpochMilli());
            day = known;
        }
        return known;
    }
}
