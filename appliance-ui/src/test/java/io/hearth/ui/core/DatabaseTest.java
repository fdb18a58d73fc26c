package io.hearth.ui.core;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.ui.audit.AuditLog;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
    @TempDir
    Path folder;

    @Test
    void keepsWhatWasCommittedAndNothingElse() {
        Path file = folder.resolve("hearth.db");
        try (Database database = Database.open(file)) {
            AuditLog audit = new AuditLog(Clock.systemUTC());
            database.run(h -> audit.record(h, Actor.SYSTEM, "test.do", "one", Map.of("b", 1, "a", "x")));
            assertThatThrownBy(() -> database.run(h -> {
                        audit.record(h, Actor.SYSTEM, "test.do", "two", Map.of());
                        throw new IllegalArgumentException("undone");
                    }))
                    .hasMessage("undone");
        }
        try (Database database = Database.open(file)) {
            List<String> subjects = database.read(h -> h.createQuery("SELECT subject FROM audit")
                    .mapTo(String.class)
                    .list());
            assertThat(subjects).containsExactly("one");
            Path copy = folder.resolve("copy.db");
            database.copyTo(copy);
            assertThat(copy).exists();
            assertThatThrownBy(() -> database.run(h -> h.execute("DELETE FROM audit")))
                    .hasMessageContaining("never deleted");
        }
    }

    /** A writer that begins to wait in the moment in which the other one ends must be woken: that was once lost now and then. */
    @Test
    void twoWritersNeverWaitLongForEachOther() throws Exception {
        int rounds = 50_000;
        try (Database database = Database.open(folder.resolve("hearth.db"));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CyclicBarrier together = new CyclicBarrier(2);
            AtomicLong longest = new AtomicLong();
            Callable<Void> writer = () -> {
                for (int i = 0; i < rounds && longest.get() < SECONDS.toNanos(10); i++) {
                    together.await(60, SECONDS);
                    long start = System.nanoTime();
                    database.run(h -> h.execute("SELECT 1"));
                    longest.accumulateAndGet(System.nanoTime() - start, Math::max);
                }
                return null;
            };
            for (Future<Void> one : List.of(threads.submit(writer), threads.submit(writer))) {
                one.get();
            }
            assertThat(longest.get()).as("nanoseconds of the longest wait").isLessThan(SECONDS.toNanos(10));
        }
    }

    @Test
    void everyMigrationIsThere() {
        for (String path : Migrations.ALL) {
            assertThat(getClass().getResource("/io/hearth/ui/" + path)).as(path).isNotNull();
        }
    }
}
