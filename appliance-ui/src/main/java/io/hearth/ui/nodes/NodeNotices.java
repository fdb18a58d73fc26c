package io.hearth.ui.nodes;

import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import io.hearth.ui.certificates.Certificates;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.overview.Attention;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** What of the nodes and of this machine needs a person. */
@ApplicationScoped
public class NodeNotices implements Attention {
    /** A certificate of a node that is online is renewed a month before its end; nearer to it, something is wrong. */
    private static final Duration NODE_CERTIFICATE = Duration.ofDays(14);

    private static final Duration AUTHORITY = Duration.ofDays(180);
    private static final double DISK_FULL = 0.9;
    private static final long DISK_LEFT = 20L << 30;

    private final NodeService nodes;
    private final Telemetry telemetry;
    private final EventIntake events;
    private final Certificates certificates;
    private final HearthHome home;
    private final Clock clock;

    public NodeNotices(
            NodeService nodes,
            Telemetry telemetry,
            EventIntake events,
            Certificates certificates,
            HearthHome home,
            Clock clock) {
        this.nodes = nodes;
        this.telemetry = telemetry;
        this.events = events;
        this.certificates = certificates;
        this.home = home;
        this.clock = clock;
    }

    @Override
    public List<Notice> notices(Handle handle) {
        long now = clock.millis();
        List<Notice> notices = new ArrayList<>();
        for (Node node : nodes.all(handle)) {
            of(node, now, notices);
        }
        if (events.stuck() > 0) {
            notices.add(new Notice(Level.FAULT, Sentence.of("nodes.notice.stuck", events.stuck()), "nodes", now));
        }
        if (certificates.authorityEnds().toEpochMilli() < now + AUTHORITY.toMillis()) {
            notices.add(new Notice(
                    Level.WARNING,
                    Sentence.of(
                            "nodes.notice.authority",
                            days(certificates.authorityEnds().toEpochMilli(), now)),
                    "",
                    now));
        }
        try {
            FileStore disk = Files.getFileStore(home.directory());
            if (full(disk.getTotalSpace() - disk.getUsableSpace(), disk.getTotalSpace())) {
                notices.add(new Notice(
                        Level.WARNING, Sentence.of("nodes.notice.home", Placer.bytes(disk.getUsableSpace())), "", now));
            }
        } catch (IOException e) {
            // A disk that does not tell its size is seen by others: nothing could be written.
        }
        return notices;
    }

    private void of(Node node, long now, List<Notice> notices) {
        String link = "nodes/" + node.id();
        if (node.state() == Node.State.OFFLINE) {
            notices.add(new Notice(
                    Level.FAULT,
                    Sentence.of("nodes.notice.offline", node.name()),
                    link,
                    node.lastSeen() == null ? node.enrolled() : node.lastSeen()));
        }
        if (node.certificateEnds() < now + NODE_CERTIFICATE.toMillis()) {
            notices.add(new Notice(
                    Level.WARNING,
                    Sentence.of("nodes.notice.certificate", node.name(), days(node.certificateEnds(), now)),
                    link,
                    now));
        }
        telemetry.live(node.id()).ifPresent(live -> {
            if (full(live.host().diskUsedBytes(), live.host().diskTotalBytes())) {
                long left = live.host().diskTotalBytes() - live.host().diskUsedBytes();
                notices.add(new Notice(
                        Level.WARNING,
                        Sentence.of("nodes.notice.disk", node.name(), Placer.bytes(left)),
                        link,
                        live.time()));
            }
            live.cards().forEach(card -> of(card, node, live.time(), notices));
        });
        for (CardInfo card : node.cards()) {
            CardFinding refusal = card.refusal();
            if (node.state() == Node.State.ONLINE && refusal != null && refusal.level() == CardFinding.Level.WARNING) {
                notices.add(new Notice(
                        Level.WARNING,
                        Sentence.of("nodes.notice.refused", card.id(), node.name(), Doctor.words(refusal)),
                        link,
                        node.lastSeen() == null ? now : node.lastSeen()));
            }
        }
    }

    private static void of(CardSample card, Node node, long time, List<Notice> notices) {
        String link = "nodes/" + node.id();
        if (card.findings() == null) {
            if (card.errors() != null) {
                card.errors()
                        .forEach(error -> notices.add(new Notice(
                                Level.FAULT,
                                Sentence.of("nodes.notice.card", card.card(), node.name(), error),
                                link,
                                time)));
            }
            return;
        }
        List<CardFinding> found = card.findings().stream()
                .filter(finding -> finding.level() != CardFinding.Level.NOTE)
                .toList();
        if (!found.isEmpty()) {
            CardFinding worst = found.getFirst();
            notices.add(new Notice(
                    worst.level() == CardFinding.Level.FAULT ? Level.FAULT : Level.WARNING,
                    Sentence.of(
                            found.size() == 1 ? "nodes.notice.finding" : "nodes.notice.findings",
                            card.card(),
                            node.name(),
                            Doctor.words(worst),
                            Doctor.remedy(worst),
                            found.size() - 1),
                    link,
                    time));
        }
    }

    private static boolean full(long used, long total) {
        return total > 0 && used > total * DISK_FULL && total - used < DISK_LEFT;
    }

    private static long days(long end, long now) {
        return Math.max(0, Math.ceilDiv(end - now, Duration.ofDays(1).toMillis()));
    }
}
