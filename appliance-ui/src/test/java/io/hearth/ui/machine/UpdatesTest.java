package io.hearth.ui.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.ui.audit.Audit;
import io.hearth.ui.audit.AuditEntry;
import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.audit.AuditQuery;
import io.hearth.ui.blobs.Blob;
import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Texts;
import io.hearth.ui.uploads.Uploads;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service of updates with a real database and blob store, on a {@link StandInMachine}. */
class UpdatesTest {
    private static final Actor ADA = new Actor("u-1", "ada", Role.ADMINISTRATOR, "127.0.0.1");

    @TempDir
    Path folder;

    private final List<String> forgotten = new ArrayList<>();
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final News news = new News();
    private StandInMachine stand;
    private Database database;
    private AuditLog log;
    private BlobStore blobs;
    private HearthHome home;
    private Blob bundle;
    private Machine machine;
    private Updates updates;
    private Clock clock = Clock.systemUTC();

    @BeforeEach
    void start() throws IOException {
        stand = new StandInMachine(folder);
        home = new HearthHome(Files.createDirectory(folder.resolve("home")));
        stand.shares(home.directory());
        database = Database.open(home.database());
        log = new AuditLog(Clock.systemUTC());
        blobs = new BlobStore(home);
        news.subscribe(News.Topic.MACHINE, told::add);
        machine = new Machine(socket(), database, log);
        updates = service(machine);
    }

    @AfterEach
    void stop() throws IOException {
        stand.close();
        database.close();
    }

    @Test
    void onlyAdministratorsMayDoAnything() {
        Actor engineer = new Actor("u-2", "ben", Role.ENGINEER, "127.0.0.1");
        for (Runnable attempt : List.<Runnable>of(
                () -> updates.status(engineer),
                () -> updates.take(engineer, "up-1"),
                () -> updates.inspect(engineer),
                () -> updates.sticks(engineer),
                () -> updates.discard(engineer),
                () -> updates.install(engineer, Inspection.UPLOAD, false),
                () -> machine.restart(engineer),
                () -> machine.powerOff(engineer))) {
            assertThatThrownBy(attempt::run)
                    .isInstanceOfSatisfying(
                            Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.FORBIDDEN));
        }
        assertThat(stand.systemctl()).isEmpty();
        assertThat(actions()).isEmpty();
    }

    @Test
    void anUploadBecomesTheBundleAndKeepsItsBytesWhenTheBlobGoes() throws Exception {
        bundle = blobs.put(new ByteArrayInputStream(StandInMachine.bundle("0.2.0", Map.of())));
        assertThat(updates.take(ADA, "up-1").version()).isEqualTo("0.2.0");
        assertThat(forgotten).containsExactly("up-1");
        Files.delete(blobs.path(bundle.sha256()));
        updates.install(ADA, Inspection.UPLOAD, false);
        awaitEnd();
        assertThat(updates.status(ADA).last().result()).isEqualTo("installed");
        assertThat(updates.status(ADA).waiting().orElseThrow().version()).isEqualTo("0.2.0");
        assertThat(actions()).containsExactly("update.upload", "update.install");
    }

    @Test
    void whatTheMachineRefusesIsToldAndWrittenDown() throws IOException {
        bundle = blobs.put(new ByteArrayInputStream(StandInMachine.bundle("0.0.9", Map.of())));
        Inspection found = updates.take(ADA, "up-1");
        assertThat(found.older()).isTrue();
        assertThat(Texts.say(Locale.SIMPLIFIED_CHINESE, found.refused().sentence()))
                .isEqualTo("更新包中是 Hearth 0.0.9，比 0.1.0 旧。");
        assertThatThrownBy(() -> updates.install(ADA, Inspection.UPLOAD, false)).hasMessageContaining("older than");
        assertThat(actions()).containsExactly("update.upload", "update.install", "update.install.refused");
    }

    @Test
    void anInstallationIsFoundAgainByTheNextProcess() throws Exception {
        bundle = blobs.put(new ByteArrayInputStream(StandInMachine.bundle("0.2.0", Map.of())));
        updates.take(ADA, "up-1");
        stand.hold();
        updates.install(ADA, Inspection.UPLOAD, false);
        Updates next = service(new Machine(socket(), database, log));
        assertThat(next.status(ADA).installing()).isNotNull();
        while (next.progress().filter(p -> p.step().equals("installing")).isEmpty()) {
            told.poll(10, TimeUnit.SECONDS);
        }
        assertThatThrownBy(() -> next.install(ADA, Inspection.UPLOAD, false)).hasMessageContaining("being installed");
        assertThatThrownBy(() -> next.take(ADA, "up-2")).hasMessageContaining("being installed");
        stand.goOn();
        while (next.progress().isPresent() || updates.progress().isPresent()) {
            told.poll(10, TimeUnit.SECONDS);
        }
        assertThat(next.status(ADA).last().result()).isEqualTo("installed");
    }

    @Test
    void theOverviewTellsOfAGenerationThatWasGivenUpAndWhy() {
        stand.entry("slot-b+0-3.conf", "0.2.0", 1);
        updates.status(ADA);
        assertThat(notices())
                .containsExactly(
                        "The machine went back from Hearth 0.2.0 to 0.1.0: it did not come as far as its health check: it hung, or did not start.");
        stand.noted("2026-11-27T10:05:00Z B 0.2.0 failed: the agent does not run");
        updates.status(ADA);
        assertThat(notices())
                .containsExactly("The machine went back from Hearth 0.2.0 to 0.1.0: the agent did not run.");
    }

    @Test
    void halfAYearBeforeTrustEndsTheOverviewSaysSo() throws Exception {
        stand.trusts("Example updates", 100);
        stand.trusts("Example updates 2, \"next\"", 300);
        MachineStatus status = updates.status(ADA);
        assertThat(status.trust())
                .extracting(MachineStatus.Authority::name)
                .containsExactly("CN=Example updates", "CN=Example updates 2\\, \\\"next\\\"");
        assertThat(status.trust().getFirst().until())
                .isBetween(
                        Instant.now().plus(Duration.ofDays(99)), Instant.now().plus(Duration.ofDays(101)));
        assertThat(notices()).as("the next one is good for longer").isEmpty();
        clock = Clock.offset(Clock.systemUTC(), Duration.ofDays(130));
        assertThat(notices())
                .singleElement()
                .asString()
                .startsWith("This machine takes updates for 169 more days only");
        clock = Clock.offset(Clock.systemUTC(), Duration.ofDays(301));
        assertThat(notices()).singleElement().asString().startsWith("This machine takes no updates any more");
    }

    private List<String> notices() {
        return database.read(h -> new MachineNotices(machine, clock).notices(h)).stream()
                .map(notice -> notice.text().toString())
                .toList();
    }

    private void awaitEnd() throws InterruptedException {
        while (updates.status(ADA).installing() != null) {
            told.poll(10, TimeUnit.SECONDS);
        }
    }

    private MachineSocket socket() {
        return new MachineSocket(stand.socket(), Duration.ofMinutes(1));
    }

    private Updates service(Machine of) {
        Uploads uploads = new Uploads() {
            @Override
            public Uploaded finished(Actor actor, String upload) {
                return new Uploaded(upload, "hearth.raucb", bundle);
            }

            @Override
            public void forget(String upload) {
                forgotten.add(upload);
            }
        };
        return new Updates(socket(), of, uploads, blobs, news, home);
    }

    private List<String> actions() {
        return new Audit(database, log)
                .search(Actor.SYSTEM, AuditQuery.ALL, 0, 50).items().reversed().stream()
                        .map(AuditEntry::action)
                        .toList();
    }
}
