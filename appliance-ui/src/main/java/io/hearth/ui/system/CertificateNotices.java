package io.hearth.ui.system;

import io.hearth.ui.certificates.Certificates;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.overview.Attention;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** What the overview says of the pages' certificate: only of one that the house has given, since the appliance renews its own. */
@ApplicationScoped
public class CertificateNotices implements Attention {
    private static final Duration BEFORE = Duration.ofDays(30);

    private final Certificates certificates;
    private final Clock clock;

    CertificateNotices(Certificates certificates, Clock clock) {
        this.certificates = certificates;
        this.clock = clock;
    }

    @Override
    public List<Notice> notices(Handle handle) {
        long now = clock.millis();
        if (certificates.houseHasEnded()) {
            return List.of(new Notice(Level.WARNING, Sentence.of("certificates.notice.ended"), "system", now));
        }
        long left = certificates.serverEnds().toEpochMilli() - now;
        if (!certificates.ofTheHouseShown() || left > BEFORE.toMillis()) {
            return List.of();
        }
        long days = Math.max(0, left / Duration.ofDays(1).toMillis());
        return List.of(new Notice(Level.WARNING, Sentence.of("certificates.notice.ends", days), "system", now));
    }
}
