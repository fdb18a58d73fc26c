package io.hearth.ui.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.ui.audit.AuditLog;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
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

    @Test
    void everyMigrationIsThere() {
        for (String path : Migrations.ALL) {
            assertThat(getClass().getResource("/io/hearth/ui/" + path)).as(path).isNotNull();
        }
    }
}
