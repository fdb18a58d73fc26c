package io.hearth.ui.overview;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.ui.core.Database;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import java.nio.file.Path;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverviewTest {
    @TempDir
    Path folder;

    @Test
    void stepsComeInOrderAndVanishWhenAllAreDone() {
        try (Database database = Database.open(folder.resolve("hearth.db"))) {
            Overview some =
                    new Overview(List.of(), List.of(step(30, false), step(10, true), step(20, false)), List.of());
            List<Overview.Standing> standing = database.read(some::steps);
            assertThat(standing).extracting(Overview.Standing::link).containsExactly("step/10", "step/20", "step/30");
            assertThat(standing).extracting(Overview.Standing::done).containsExactly(true, false, false);
            assertThat(standing).extracting(Overview.Standing::next).containsExactly(false, true, false);
            Overview all = new Overview(List.of(), List.of(step(10, true), step(20, true)), List.of());
            List<Overview.Standing> none = database.read(all::steps);
            assertThat(none).isEmpty();
        }
    }

    @Test
    void faultsComeFirstAndAFeatureThatFailsHidesNoOther() {
        try (Database database = Database.open(folder.resolve("hearth.db"))) {
            Attention broken = handle -> {
                throw new IllegalStateException("broken");
            };
            Attention well = handle -> List.of(
                    notice(Attention.Level.WARNING, 5),
                    notice(Attention.Level.FAULT, 1),
                    notice(Attention.Level.FAULT, 2));
            List<Attention.Notice> notices =
                    database.read(new Overview(List.of(broken, well), List.of(), List.of())::notices);
            assertThat(notices).extracting(Attention.Notice::since).containsExactly(2L, 1L, 5L);
        }
    }

    private static Attention.Notice notice(Attention.Level level, long since) {
        return new Attention.Notice(level, Sentence.of("overview.fault"), "", since);
    }

    private static Step step(int order, boolean done) {
        return new Step() {
            @Override
            public int order() {
                return order;
            }

            @Override
            public Sentence title() {
                return Sentence.of("overview.title");
            }

            @Override
            public Sentence text() {
                return Sentence.of("overview.lead");
            }

            @Override
            public String link() {
                return "step/" + order;
            }

            @Override
            public Role needed() {
                return Role.VIEWER;
            }

            @Override
            public boolean done(Handle handle) {
                return done;
            }
        };
    }
}
