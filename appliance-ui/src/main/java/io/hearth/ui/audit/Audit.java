package io.hearth.ui.audit;

import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Role;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Map;

/** Reading the audit: search, verification, export. For administrators. */
@ApplicationScoped
public class Audit {
    /** Rows that are read at once, so that a long audit takes no more memory than a short one. */
    private static final int STEP = 1000;

    private final Database database;
    private final AuditLog log;

    public Audit(Database database, AuditLog log) {
        this.database = database;
        this.log = log;
    }

    /** Rows that a query finds, the newest first. */
    public Paged<AuditEntry> search(Actor actor, AuditQuery query, long offset, int limit) {
        actor.needs(Role.ADMINISTRATOR);
        return database.read(
                h -> new Paged<>(AuditStore.page(h, query, offset, limit), AuditStore.count(h, query), offset));
    }

    /** Actions that have occurred, in order. */
    public List<String> actions(Actor actor) {
        actor.needs(Role.ADMINISTRATOR);
        return database.read(AuditStore::actions);
    }

    /** Walks the whole chain from its first row and finds the first one that was changed, put in, or taken out. */
    public AuditCheck verify(Actor actor) {
        actor.needs(Role.ADMINISTRATOR);
        AuditCheck.Walk walk = new AuditCheck.Walk();
        List<AuditEntry> rows;
        do {
            // From the last row that holds, not from where its sequence should be: a forged number cannot be passed
            // over.
            long after = walk.sequence() == 0 ? Long.MIN_VALUE : walk.sequence();
            rows = database.read(h -> AuditStore.after(h, AuditQuery.ALL, after, STEP));
        } while (walk.step(rows) && rows.size() == STEP);
        AuditCheck result = walk.result();
        database.run(h ->
                log.record(h, actor, "audit.verify", "audit", Map.of("whole", result.whole(), "rows", result.rows())));
        return result;
    }

    /** Writes the rows that a query finds, the oldest first, and records who took them away. */
    public void export(Actor actor, AuditQuery query, AuditFormat format, Writer out) throws IOException {
        actor.needs(Role.ADMINISTRATOR);
        database.run(h -> log.record(
                h, actor, "audit.export", "audit", Map.of("format", format.key(), "rows", AuditStore.count(h, query))));
        out.write(format.head());
        long last = Long.MIN_VALUE;
        List<AuditEntry> rows;
        do {
            long after = last;
            rows = database.read(h -> AuditStore.after(h, query, after, STEP));
            for (AuditEntry row : rows) {
                out.write(format.line(row));
                last = row.sequence();
            }
        } while (rows.size() == STEP);
        out.flush();
    }
}
