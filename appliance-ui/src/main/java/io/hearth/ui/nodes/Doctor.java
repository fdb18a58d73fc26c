package io.hearth.ui.nodes;

import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardSample;
import io.hearth.protocol.FindingTexts;
import io.hearth.ui.core.Sentence;
import java.util.Locale;
import java.util.Optional;

/** What was found of cards, in the reader's language; what only a newer agent knows, in the agent's English. */
final class Doctor {
    private Doctor() {}

    /** What a finding means. */
    static Sentence words(CardFinding finding) {
        return FindingTexts.knows(finding.code())
                ? Sentence.of(
                        "nodes.finding." + finding.code() + ".words",
                        finding.arguments().toArray())
                : Sentence.of("nodes.said", finding.words() == null ? finding.code() : finding.words());
    }

    /** What to do about it. */
    static Sentence remedy(CardFinding finding) {
        return FindingTexts.knows(finding.code())
                ? Sentence.of(
                        FindingTexts.remedy(finding.code(), finding.action()),
                        finding.arguments().toArray())
                : Sentence.of("nodes.said", finding.remedy() == null ? "" : finding.remedy());
    }

    /** Where it usually comes from. */
    static Sentence origin(CardFinding finding) {
        return Sentence.of("nodes.origin." + finding.origin().name().toLowerCase(Locale.ROOT));
    }

    /** The worst that was found of a card, if that is more than a note. */
    static Optional<CardFinding> worst(CardSample card) {
        return card.findings() == null
                ? Optional.empty()
                : card.findings().stream()
                        .filter(finding -> finding.level() != CardFinding.Level.NOTE)
                        .findFirst();
    }
}
