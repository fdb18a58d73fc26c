package io.hearth.ui.metering;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.contract.Event;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Role;
import io.hearth.ui.nodes.Worker;
import io.hearth.ui.nodes.Workers;
import io.quarkus.arc.All;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Counts what serving workers say that requests have cost. Days are those of the appliance's time zone, by the time at which the
 * request ended.
 */
@ApplicationScoped
public class Metering implements Workers.Listener {
    /** Owners whose requests are counted begin with this. */
    public static final String OWNERS = "deployment/";

    /** Days for which single events are kept. */
    static final int EVENT_DAYS = 40;

    private static final System.Logger LOG = System.getLogger(Metering.class.getName());

    private final Database database;
    private final News news;
    private final Clock clock;
    private final ZoneId zone;
    private final List<UsageObserver> observers;
    private final UsageStore store = new UsageStore();

    @Inject
    public Metering(Database database, News news, Clock clock, @All List<UsageObserver> observers) {
        this(database, news, clock, ZoneId.systemDefault(), observers);
    }

    public Metering(Database database, News news, Clock clock, ZoneId zone, List<UsageObserver> observers) {
        this.database = database;
        this.news = news;
        this.clock = clock;
        this.zone = zone;
        this.observers = List.copyOf(observers);
    }

    @Override
    public boolean attends(String owner) {
        return owner.startsWith(OWNERS);
    }

    @Override
    public void said(Handle handle, Worker worker, long sequence, JsonNode event) {
        if (!event.path("event").asText().equals("usage")) {
            return;
        }
        Event.Usage said = Json.read(event, Event.Usage.class);
        long time = event.path("time").asLong(clock.millis());
        UsageTag tag = UsageTag.of(said.tag());
        Usage usage = new Usage(
                worker.id(),
                sequence,
                time,
                day(time).toString(),
                tag.deployment().equals(UsageTag.NOBODY)
                        ? new UsageTag(tag.key(), tag.user(), worker.owner().substring(OWNERS.length()), tag.request())
                        : tag,
                said.model() == null ? UsageTag.NOBODY : said.model(),
                said.promptTokens(),
                said.cachedTokens(),
                said.completionTokens(),
                Math.round(said.cardSeconds() * 1e6),
                Math.round(said.seconds() * 1e3),
                said.outcome() == null ? "error" : said.outcome());
        if (store.add(handle, usage)) {
            handle.afterCommit(() -> tell(usage));
        }
    }

    @Override
    public void changed(Handle handle, Worker worker) {
        // What a worker is doing costs nothing by itself.
    }

    private void tell(Usage usage) {
        for (UsageObserver observer : observers) {
            try {
                observer.used(usage);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "An observer of usage has failed", e);
            }
        }
        news.publish(News.Topic.USAGE, usage.tag().key());
    }

    /** Notes what a key or a user is called, so that usage can name them also when they are gone. */
    public void name(Handle handle, String id, String name) {
        store.name(handle, id, name);
    }

    /** Today, in the appliance's time zone. */
    public LocalDate today() {
        return day(clock.millis());
    }

    /** Milliseconds since 1970 at which the day after today begins. */
    public long tomorrow() {
        return today().plusDays(1).atStartOfDay(zone).toInstant().toEpochMilli();
    }

    private LocalDate day(long time) {
        return LocalDate.ofInstant(Instant.ofEpochMilli(time), zone);
    }

    /** Tokens that each key has used today. */
    public Map<String, Long> tokensToday() {
        return database.read(handle -> store.tokensByKey(handle, today().toString()));
    }

    /**
     * Sums of usage. Those who do not serve (below {@link Role#OPERATOR}) see their own only.
     *
     * @throws io.hearth.ui.core.Problem if the actor asks for another's
     */
    public List<UsageLine> usage(Actor actor, UsageQuery query) {
        actor.needs(Role.VIEWER);
        UsageQuery allowed = query;
        if (!actor.role().covers(Role.OPERATOR)) {
            if (query.user() != null && !query.user().equals(actor.id())) {
                actor.needs(Role.OPERATOR);
            }
            allowed = new UsageQuery(query.from(), query.to(), query.groups(), query.key(), actor.id(), query.model());
        }
        UsageQuery asked = allowed;
        return database.read(handle -> store.sums(handle, asked));
    }

    /** Forgets single events that are too old; sums are kept for ever. */
    @Scheduled(every = "6h", delayed = "2m", identity = "metering-forget")
    void forgetOldEvents() {
        String first = today().minusDays(EVENT_DAYS).toString();
        database.run(handle -> store.forget(handle, first));
    }
}
