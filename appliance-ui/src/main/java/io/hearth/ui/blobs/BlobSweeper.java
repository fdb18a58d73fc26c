package io.hearth.ui.blobs;

import io.hearth.ui.core.Database;
import io.quarkus.arc.All;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Takes away blobs that no feature names any more. */
@ApplicationScoped
public class BlobSweeper {
    /** A younger blob is never taken: its row may not be written yet. */
    static final Duration YOUNG = Duration.ofDays(1);

    private static final System.Logger LOG = System.getLogger(BlobSweeper.class.getName());

    private final BlobStore blobs;
    private final Database database;
    private final List<BlobUser> users;
    private final Clock clock;

    public BlobSweeper(BlobStore blobs, Database database, @All List<BlobUser> users, Clock clock) {
        this.blobs = blobs;
        this.database = database;
        this.users = users;
        this.clock = clock;
    }

    @Scheduled(every = "6h", delayed = "30m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void regularly() {
        BlobStore.Swept swept = sweep();
        if (swept.files() > 0) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "{0} blobs that nothing used were taken away: {1} bytes",
                    swept.files(),
                    swept.bytes());
        }
    }

    /** Looks at all blobs once. */
    public BlobStore.Swept sweep() {
        Set<String> used = new HashSet<>();
        database.read(h -> {
            users.forEach(user -> user.tell(h, hash -> {
                if (hash != null) {
                    used.add(hash);
                }
            }));
            return null;
        });
        return blobs.sweep(used::contains, clock.instant().minus(YOUNG));
    }
}
