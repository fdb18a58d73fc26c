package io.hearth.ui.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditTest {
    private static final Actor ADA = new Actor("user-1", "ada", Role.ADMINISTRATOR, "192.0.2.1");
    private static final Actor BEN = new Actor("user-2", "=cmd|' /C calc'!A0", Role.VIEWER, "192.0.2.2");

    @TempDir
    Path folder;

    private Database database;
    private AuditLog log;
    private Audit audit;

    @BeforeEach
    void open() {
        database = Database.open(folder.resolve("hearth.db"));
        log = new AuditLog(Clock.systemUTC());
        audit = new Audit(database, log);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void fill(int rows) {
        database.run(h -> {
            for (int i = 1; i <= rows; i++) {
                log.record(
                        h, i % 2 == 0 ? BEN : ADA, i % 3 == 0 ? "user.add" : "job.start", "thing-" + i, Map.of("n", i));
            }
        });
    }

    /** Changes rows as somebody would who has the file: past the triggers. */
    private void tamper(String sql) {
        database.run(h -> {
            h.execute("DROP TRIGGER audit_is_never_changed");
            h.execute("DROP TRIGGER audit_is_never_shortened");
            h.execute(sql);
        });
    }

    @Test
    void aChainThatNobodyTouchedIsWhole() {
        assertThat(audit.verify(ADA).whole()).as("an empty one, too").isTrue();
        fill(2500);
        AuditCheck check = audit.verify(ADA);
        assertThat(check.whole()).isTrue();
        assertThat(check.rows()).as("with the row of the first verification").isEqualTo(2501);
        String last = audit.search(ADA, AuditQuery.ALL, 1, 1).items().getFirst().hash();
        assertThat(check.lastHash()).isEqualTo(last);
    }

    @Test
    void aChangeInAnyColumnIsFound() {
        Map<String, String> changes = Map.ofEntries(
                Map.entry("time = time + 1", "audit.check.changed"),
                Map.entry("actor_id = 'user-9'", "audit.check.changed"),
                Map.entry("actor_name = 'eve'", "audit.check.changed"),
                Map.entry("origin = '192.0.2.99'", "audit.check.changed"),
                Map.entry("action = 'job.stop'", "audit.check.changed"),
                Map.entry("subject = 'thing-8'", "audit.check.changed"),
                Map.entry("details = '{\"n\":8}'", "audit.check.changed"),
                Map.entry("action = action || subject, subject = ''", "audit.check.changed"),
                Map.entry("previous = hash", "audit.check.unlinked"),
                Map.entry("hash = previous", "audit.check.changed"));
        fill(10);
        tamper("SELECT 1");
        changes.forEach((change, finding) -> {
            List<Map<String, Object>> before =
                    database.read(h -> h.createQuery("SELECT * FROM audit WHERE sequence = 7")
                            .mapToMap()
                            .list());
            database.run(h -> h.execute("UPDATE audit SET " + change + " WHERE sequence = 7"));
            AuditCheck check = audit.verify(ADA);
            assertThat(check.whole()).as(change).isFalse();
            assertThat(check.brokenAt()).as(change).isEqualTo(7);
            assertThat(check.rows()).isEqualTo(6);
            assertThat(check.finding().key()).as(change).isEqualTo(finding);
            assertThat(check.finding().toString()).contains("7");
            Map<String, Object> row = before.getFirst();
            database.run(
                    h -> h.createUpdate("UPDATE audit SET time = :time, actor_id = :actor_id, actor_name = :actor_name,"
                                    + " origin = :origin, action = :action, subject = :subject, details = :details,"
                                    + " previous = :previous, hash = :hash WHERE sequence = 7")
                            .bindMap(row)
                            .execute());
        });
    }

    @Test
    void aRowThatWasRehashedIsFoundAtTheNextOne() {
        fill(10);
        AuditEntry row = audit.search(ADA, AuditQuery.ALL, 3, 1).items().getFirst();
        String forged = AuditLog.hash(
                row.sequence(),
                row.time(),
                row.actorId(),
                row.actorName(),
                row.origin(),
                "job.stop",
                row.subject(),
                row.details(),
                row.previous());
        tamper("UPDATE audit SET action = 'job.stop', hash = '" + forged + "' WHERE sequence = 7");
        AuditCheck check = audit.verify(ADA);
        assertThat(check.brokenAt()).isEqualTo(8);
        assertThat(check.finding().key()).isEqualTo("audit.check.unlinked");
    }

    @Test
    void aRowThatWasTakenOutRenumberedOrPutInIsFound() {
        fill(1500);
        tamper("DELETE FROM audit WHERE sequence = 1200");
        AuditCheck check = audit.verify(ADA);
        assertThat(check.brokenAt()).isEqualTo(1201);
        assertThat(check.finding().toString()).contains("1200").contains("missing");

        database.run(h -> h.execute("UPDATE audit SET sequence = -5 WHERE sequence = 3"));
        assertThat(audit.verify(ADA).brokenAt()).isEqualTo(-5);
        database.run(h -> h.execute("DELETE FROM audit WHERE sequence = 1"));
        assertThat(audit.verify(ADA).whole()).isFalse();
    }

    @Test
    void rowsAreFoundByTimeActorActionSubjectAndText() {
        fill(30);
        AuditEntry tenth = audit.search(ADA, AuditQuery.ALL, 20, 1).items().getFirst();
        assertThat(total(null, null, "BEN", null, null, null))
                .as("no such name")
                .isZero();
        assertThat(total(null, null, "Ada", null, null, null)).isEqualTo(15);
        assertThat(total(null, null, "user-2", null, null, null)).isEqualTo(15);
        assertThat(total(null, null, null, "user", null, null)).isEqualTo(10);
        assertThat(total(null, null, null, "user.a_d", null, null)).isZero();
        assertThat(total(null, null, null, null, "thing-10", null)).isEqualTo(1);
        assertThat(total(null, null, null, null, null, "THING-1")).isEqualTo(11);
        assertThat(total(null, null, null, null, null, "%")).isZero();
        assertThat(total(null, null, null, null, null, "' OR 1=1 --")).isZero();
        assertThat(total(tenth.time() + 1_000_000, null, null, null, null, null))
                .isZero();
        assertThat(total(null, tenth.time() + 1_000_000, null, null, null, null))
                .isEqualTo(30);
        assertThat(tenth.sequence()).isEqualTo(10);
    }

    private long total(Long from, Long to, String actor, String action, String subject, String text) {
        return audit.search(ADA, new AuditQuery(from, to, actor, action, subject, text), 0, 50)
                .total();
    }

    @Test
    void pagesShowEachRowOnce() {
        fill(125);
        Set<Long> seen = new HashSet<>();
        for (int offset = 0; offset < 125; offset += 50) {
            Paged<AuditEntry> page = audit.search(ADA, AuditQuery.ALL, offset, 50);
            assertThat(page.total()).isEqualTo(125);
            page.items().forEach(row -> assertThat(seen.add(row.sequence())).isTrue());
        }
        assertThat(seen).hasSize(125);
    }

    @Test
    void exportsAllRowsInOrderWithoutFormulas() throws IOException {
        fill(1234);
        StringWriter csv = new StringWriter();
        audit.export(ADA, AuditQuery.ALL, AuditFormat.CSV, csv);
        List<CSVRecord> records = CSVFormat.RFC4180
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .get()
                .parse(new StringReader(csv.toString()))
                .getRecords();
        assertThat(records).hasSize(1235);
        assertThat(records.get(1).get("actorName")).isEqualTo("'" + BEN.name());
        assertThat(records.get(7).get("subject")).isEqualTo("thing-8");
        assertThat(records.getLast().get("action")).isEqualTo("audit.export");

        StringWriter lines = new StringWriter();
        audit.export(ADA, AuditQuery.ALL, AuditFormat.JSONL, lines);
        List<String> rows = lines.toString().lines().toList();
        assertThat(rows).hasSize(1236);
        JsonNode row = Json.MAPPER.readTree(rows.get(41));
        assertThat(AuditLog.hash(
                        row.get("sequence").asLong(),
                        row.get("time").asLong(),
                        row.get("actorId").asText(),
                        row.get("actorName").asText(),
                        row.get("origin").asText(),
                        row.get("action").asText(),
                        row.get("subject").asText(),
                        row.get("details").asText(),
                        row.get("previous").asText()))
                .as("the file can be verified by itself")
                .isEqualTo(row.get("hash").asText());
        for (String formula : List.of("=1+1", "+1", "-1", "@x", "\tx", "\rx", "\n=x")) {
            assertThat(AuditFormat.cell(formula).replace("\"", "")).startsWith("'");
        }
        assertThat(AuditFormat.cell("a,\"b\"")).isEqualTo("\"a,\"\"b\"\"\"");
    }

    @Test
    void onlyAdministratorsRead() {
        for (Runnable attempt : List.<Runnable>of(
                () -> audit.search(BEN, AuditQuery.ALL, 0, 50), () -> audit.actions(BEN), () -> audit.verify(BEN))) {
            assertThatThrownBy(attempt::run)
                    .isInstanceOfSatisfying(
                            Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.FORBIDDEN));
        }
    }
}
