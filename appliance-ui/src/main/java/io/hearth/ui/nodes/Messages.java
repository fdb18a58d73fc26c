package io.hearth.ui.nodes;

import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardIncident;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import io.hearth.protocol.FromNode;
import io.hearth.protocol.HostInfo;
import io.hearth.protocol.Protocol;
import io.hearth.protocol.WorkerStatus;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks what nodes say. A node is trusted to run workers, not to be free of faults. */
final class Messages {
    private static final int MAX_TEXT = 2_000;
    private static final int MAX_WORKERS = 10_000;
    private static final int MAX_CARDS = 64;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");
    private static final Pattern CARD = Pattern.compile("[a-z]{1,16}:[0-9]{1,4}");
    private static final Pattern CODE = Pattern.compile("[a-z0-9]+([.-][a-z0-9]+){0,5}");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern PATH =
            Pattern.compile("[^/\\x00-\\x1f\\\\]{1,255}(/[^/\\x00-\\x1f\\\\]{1,255}){0,20}");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.:_%-]{1,255}");

    /** Refuses a greeting that makes no sense. */
    static void check(FromNode.Hello hello) {
        HostInfo host = hello.host();
        require(host != null && hello.cards() != null && hello.workers() != null, "The greeting lacks a part.");
        text(hello.software());
        text(host.name());
        text(host.system());
        text(host.architecture());
        text(host.processor());
        checkCards(hello.cards());
        require(hello.servingPort() >= 0 && hello.servingPort() <= 65535, "The serving port is not a port.");
        require(
                hello.servingHost() == null || HOST.matcher(hello.servingHost()).matches(),
                "The serving host is not an address.");
        checked(hello.workers());
    }

    private static void checkCards(List<CardInfo> cards) {
        require(present(cards).size() <= MAX_CARDS, "Too many cards are listed.");
        Set<String> ids = new HashSet<>();
        for (CardInfo card : cards) {
            require(card.id() != null && CARD.matcher(card.id()).matches(), "A card's id is not like cuda:0.");
            require(ids.add(card.id()), "A card is listed twice.");
            require(card.memoryBytes() >= 0, "A card has negative memory.");
            text(card.vendor());
            text(card.model());
            text(card.driver());
            text(card.hardwareId());
            if (card.refusal() != null) {
                check(card.refusal());
            }
        }
    }

    private static void check(CardFinding finding) {
        require(finding.code() != null && CODE.matcher(finding.code()).matches(), "A finding's code is not one.");
        require(
                finding.level() != null && finding.origin() != null && finding.action() != null,
                "A finding does not say what sort it is of.");
        require(present(finding.arguments()).size() <= 10, "A finding has too many arguments.");
        finding.arguments().forEach(Messages::text);
        text(finding.words());
        text(finding.remedy());
    }

    /** The cards and incidents, if they make sense. */
    static FromNode.Cards checked(FromNode.Cards said) {
        checkCards(said.cards());
        require(present(said.incidents()).size() <= Protocol.MAX_INCIDENTS, "There are too many incidents.");
        for (CardIncident incident : said.incidents()) {
            require(incident.id() != null && ID.matcher(incident.id()).matches(), "An incident's id is not one.");
            require(
                    incident.card() != null && CARD.matcher(incident.card()).matches(),
                    "A card's id is not like cuda:0.");
            require(incident.finding() != null && incident.count() > 0, "An incident is not described.");
            check(incident.finding());
        }
        return said;
    }

    /** The statuses, if they make sense. */
    static List<WorkerStatus> checked(List<WorkerStatus> statuses) {
        for (WorkerStatus status : present(statuses)) {
            require(status.id() != null && ID.matcher(status.id()).matches(), "A worker's id is not one.");
            require(status.state() != null, "A worker has no state.");
            text(status.reason());
            if (status.state() == WorkerStatus.State.DONE) {
                require(status.outputs() != null, "A worker that is done does not list its files.");
            }
            if (status.outputs() != null) {
                for (WorkerStatus.Output output : present(status.outputs())) {
                    require(
                            output.sha256() != null
                                    && HASH.matcher(output.sha256()).matches()
                                    && output.path() != null
                                    && PATH.matcher(output.path()).matches()
                                    && !List.of(output.path().split("/")).contains("..")
                                    && output.size() >= 0,
                            "A worker's file is not described rightly.");
                }
            }
        }
        return statuses;
    }

    /** The events, if they make sense. */
    static FromNode.Events checked(FromNode.Events events) {
        require(events.worker() != null && ID.matcher(events.worker()).matches(), "A worker's id is not one.");
        require(
                present(events.lines()).size() <= Protocol.MAX_EVENTS_PER_MESSAGE,
                "There are more events in a message than the link allows.");
        return events;
    }

    /** The sample, if it makes sense. */
    static FromNode.Telemetry checked(FromNode.Telemetry telemetry) {
        require(telemetry.host() != null, "The sample lacks the machine.");
        require(present(telemetry.cards()).size() <= MAX_CARDS, "The sample lists too many cards.");
        for (CardSample card : telemetry.cards()) {
            require(card.card() != null && CARD.matcher(card.card()).matches(), "A card's id is not like cuda:0.");
            if (card.errors() != null) {
                require(present(card.errors()).size() <= 100, "A card tells too many errors.");
                card.errors().forEach(Messages::text);
            }
            if (card.findings() != null) {
                require(present(card.findings()).size() <= 100, "A card tells too many findings.");
                card.findings().forEach(Messages::check);
            }
            if (card.processes() != null) {
                require(present(card.processes()).size() <= 10_000, "A card tells too many processes.");
            }
        }
        return telemetry;
    }

    /** The list, if it is one without holes. */
    static <T> List<T> present(List<T> list) {
        require(list != null && list.stream().noneMatch(Objects::isNull), "A list is missing or has a hole.");
        require(list.size() <= MAX_WORKERS, "A list is too long.");
        return list;
    }

    private static void text(String text) {
        require(text == null || text.length() <= MAX_TEXT, "A text is too long.");
    }

    private static void require(boolean holds, String sentence) {
        if (!holds) {
            throw new IllegalArgumentException(sentence);
        }
    }

    private Messages() {}
}
