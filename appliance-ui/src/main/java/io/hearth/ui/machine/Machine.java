package io.hearth.ui.machine;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The machine that this control plane runs on: its state, and turning it off and on. For administrators only. */
@ApplicationScoped
public class Machine {
    private final MachineSocket socket;
    private final Database database;
    private final AuditLog audit;
    private volatile MachineStatus known;

    public Machine(MachineSocket socket, Database database, AuditLog audit) {
        this.socket = socket;
        this.database = database;
        this.audit = audit;
    }

    /** Whether there is a machine to ask. */
    public boolean present() {
        return socket.present();
    }

    /** What runs, and what became of earlier generations. */
    public MachineStatus status(Actor actor) {
        actor.needs(Role.ADMINISTRATOR);
        known = Json.read(socket.ask("status", Map.of()), MachineStatus.class);
        return known;
    }

    /** The status as it was known last; empty before it was first asked for. */
    Optional<MachineStatus> known() {
        return Optional.ofNullable(known);
    }

    /**
     * Restarts the machine, soon after this returns.
     *
     * @throws Problem if an update is being installed
     */
    public void restart(Actor actor) {
        actor.needs(Role.ADMINISTRATOR);
        recorded(actor, "machine.restart", "", Map.of(), () -> socket.ask("restart", Map.of()));
    }

    /** Powers the machine off, soon after this returns. */
    public void powerOff(Actor actor) {
        actor.needs(Role.ADMINISTRATOR);
        recorded(actor, "machine.power-off", "", Map.of(), () -> socket.ask("power-off", Map.of()));
    }

    /**
     * Asks the machine for a change, with a row in the audit before it, since the machine may be gone afterwards, and another one if it
     * was refused.
     */
    <T> T recorded(Actor actor, String action, String subject, Map<String, ?> details, Supplier<T> change) {
        database.run(h -> audit.record(h, actor, action, subject, details));
        try {
            return change.get();
        } catch (Problem e) {
            Map<String, Object> why = new TreeMap<>(details);
            why.put("reason", e.sentence().toString());
            database.run(h -> audit.record(h, actor, action + ".refused", subject, why));
            throw e;
        }
    }

    /** Writes to the audit what the machine has done. */
    void record(Actor actor, String action, String subject, Map<String, ?> details) {
        database.run(h -> audit.record(h, actor, action, subject, details));
    }
}
