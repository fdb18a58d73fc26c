package io.hearth.ui.machine;

import io.hearth.ui.core.Sentence;
import io.hearth.ui.overview.Attention;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** What the overview says of updates: one that waits for a restart, one that the machine has gone back from, trust that ends. */
@ApplicationScoped
public class MachineNotices implements Attention {
    private final Machine machine;
    private final Clock clock;

    public MachineNotices(Machine machine, Clock clock) {
        this.machine = machine;
        this.clock = clock;
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
            Instant now = clock.instant();
            status.trustEndsSoon(now)
                    .ifPresent(end ->
                            notices.add(new Notice(Level.WARNING, trustEnds(end, now), "updates", now.toEpochMilli())));
        });
        return notices;
    }

    /** That no updates will be taken any more, or that it has come to that. */
    static Sentence trustEnds(Instant end, Instant now) {
        return end.isBefore(now)
                ? Sentence.of("machine.notice.trust.ended")
                : Sentence.of("machine.notice.trust", Duration.between(now, end).toDays());
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
