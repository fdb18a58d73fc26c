package io.hearth.ui.support;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.machine.MachineSocket;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * Support bundles onto sticks that are plugged into the machine. The bundle is made here, as the one to download; the machine's own
 * program writes it, because nothing here reaches a device. One at a time.
 */
@ApplicationScoped
public class SupportSticks {
    private static final System.Logger LOG = System.getLogger(SupportSticks.class.getName());
    private static final Pattern ID = Pattern.compile("[0-9a-f]{16}");

    private final MachineSocket machine;
    private final SupportBundles bundles;
    private final Database database;
    private final AuditLog audit;
    private final News news;
    private final AtomicReference<StickWriting> state = new AtomicReference<>();

    SupportSticks(MachineSocket machine, SupportBundles bundles, Database database, AuditLog audit, News news) {
        this.machine = machine;
        this.bundles = bundles;
        this.database = database;
        this.audit = audit;
        this.news = news;
    }

    /** Whether there is a machine with sticks. */
    public boolean present() {
        return machine.present();
    }

    /** The sticks that are plugged in, also those that cannot be used. */
    public List<Stick> sticks(Actor actor) {
        actor.needs(Role.ADMINISTRATOR);
        return StreamSupport.stream(
                        machine.ask("support-sticks", Map.of()).path("sticks").spliterator(), false)
                .map(stick -> Json.read(stick, Stick.class))
                .toList();
    }

    /** What goes on, or how the last one has ended; empty if there was none since this process began. */
    public Optional<StickWriting> state(Actor actor) {
        actor.needs(Role.ADMINISTRATOR);
        return Optional.ofNullable(state.get());
    }

    /**
     * Begins to make a bundle and to write it. What becomes of it stands in the state.
     *
     * @param stick id of the stick
     * @throws Problem of kind INVALID if that is no id; of kind CONFLICT if another one is under way; of kind NOT_FOUND without a machine
     */
    public void write(Actor actor, String stick) {
        actor.needs(Role.ADMINISTRATOR);
        if (!present()) {
            throw Problem.notFound("machine.absent.text");
        }
        if (!ID.matcher(stick).matches()) {
            throw Problem.invalid("support.stick.id");
        }
        StickWriting before = state.get();
        if (before != null && before.goesOn() || !state.compareAndSet(before, StickWriting.BEGUN)) {
            throw Problem.conflict("machine.refused.support-busy");
        }
        Thread.ofVirtual().name("support-stick").start(() -> makeAndWrite(actor, stick));
        news.publish(News.Topic.MACHINE, "");
    }

    /** Calls the writing off; the state says how it has ended. Without one there is nothing to call off. */
    public void cancel(Actor actor) {
        actor.needs(Role.ADMINISTRATOR);
        machine.ask("support-cancel", Map.of());
    }

    private void makeAndWrite(Actor actor, String stick) {
        String bundle = "";
        try {
            SupportBundle made = bundles.makeForStick(actor);
            bundle = made.id();
            become(StickWriting.of(made.bytes(), 0));
            JsonNode written = machine.ask(
                    "support-write",
                    Map.of("stick", stick),
                    seen -> become(StickWriting.of(made.bytes(), Math.clamp(seen.progress(), 0, 100))));
            String file = written.path("file").asText();
            String label = written.path("stick").asText();
            record(actor, "support.stick", bundle, Map.of("file", file, "stick", label, "bytes", made.bytes()));
            become(StickWriting.written(made.bytes(), label, file));
        } catch (Problem e) {
            refused(actor, bundle, e.sentence());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "A support bundle for a stick could not be made", e);
            refused(actor, bundle, Sentence.of("support.stick.fault"));
        }
    }

    private void refused(Actor actor, String bundle, Sentence reason) {
        try {
            record(actor, "support.stick.refused", bundle, Map.of("reason", reason.toString()));
        } finally {
            become(StickWriting.refused(reason));
        }
    }

    private void record(Actor actor, String action, String bundle, Map<String, ?> details) {
        database.run(h -> audit.record(h, actor, action, bundle, details));
    }

    private void become(StickWriting next) {
        state.set(next);
        news.publish(News.Topic.MACHINE, "");
    }
}
