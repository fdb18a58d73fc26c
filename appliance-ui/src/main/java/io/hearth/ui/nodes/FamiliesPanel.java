package io.hearth.ui.nodes;

import com.vaadin.flow.component.html.Div;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.Hardware;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.StatusBadge;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Of each family of accelerators, whether Hearth has been run on such a card. */
final class FamiliesPanel extends Div {
    FamiliesPanel(List<CardInfo> cards) {
        getStyle().set("display", "flex").set("flex-wrap", "wrap").set("gap", "0.5rem");
        cards.stream()
                .filter(card -> !card.shared())
                .map(CardInfo::vendor)
                .distinct()
                .forEach(vendor -> add(badge(vendor)));
        setVisible(getComponentCount() > 0);
    }

    private static StatusBadge badge(String vendor) {
        Optional<String> runOn = Hardware.runOn(vendor);
        return new StatusBadge(
                runOn.isPresent() ? StatusBadge.Kind.GOOD : StatusBadge.Kind.WARNING,
                runOn.map(cards -> Sentence.of("nodes.family.run", name(vendor), cards))
                        .orElseGet(() -> Sentence.of("nodes.family.not-run", name(vendor))));
    }

    private static String name(String vendor) {
        return switch (vendor) {
            case "nvidia" -> "NVIDIA";
            case "ascend" -> "Ascend";
            default -> vendor.toUpperCase(Locale.ROOT);
        };
    }
}
