package io.hearth.ui.machine;

import io.hearth.ui.core.Sentence;
import io.hearth.ui.overview.Attention;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** What the overview says of updates: one that waits for a restart, and one that the machine has gone back from. */
@ApplicationScoped
public class MachineNotices implements Attention {
    private final Machine machine;

    public MachineNotices(Machine machine) {
        this.machine = machine;
    }

    @Override
    public List<Notice> notices(Handle handle) {
        List<Notice> notices = new ArrayList<>();
        machine.known().ifPresent(status -> {
            status.waiting()
                    .ifPresent(slot -> notices.add(new Notice(
                            Level.WARNING, Sentence.of("machine.notice.restart", slot.version()), "updates", 0)));
            status.givenUp()
                    .ifPresent(slot -> notices.add(new Notice(Level.WARNING, givenUp(status, slot), "updates", 0)));
        });
        return notices;
    }

    /** That the machine has gone back from a slot's version, and why. */
    static Sentence givenUp(MachineStatus status, MachineStatus.Slot slot) {
        return Sentence.of(
                "machine.notice.back",
                slot.version(),
                status.version(),
                status.cause(slot.version()).map(LogWords::cause).orElse(Sentence.of("machine.cause.none")));
    }
}
