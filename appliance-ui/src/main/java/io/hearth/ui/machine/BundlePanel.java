package io.hearth.ui.machine;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.html.DescriptionList;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H3;
import com.vaadin.flow.component.html.Paragraph;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Confirm;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.StatusBadge;
import java.util.function.BiConsumer;

/** What is in a bundle, and the buttons that install it or take it away. */
final class BundlePanel extends Div {
    /**
     * @param running version that runs
     * @param install is told the bundle, and whether it may be older
     * @param discard takes it away; null if it lies on a stick
     */
    BundlePanel(Inspection found, String running, BiConsumer<Inspection, Boolean> install, Runnable discard) {
        addClassName("hearth-panel");
        addClassName("hearth-bundle");
        add(new H3(found.stick() == null ? Language.say("machine.bundle.uploaded") : found.name()));
        add(facts(found));
        if (found.refused() != null) {
            add(new Div(new StatusBadge(StatusBadge.Kind.BAD, "machine.bundle.refused")));
            add(new Paragraph(Language.say(found.refused().sentence())));
        } else if (found.failedBefore()) {
            add(new Div(new StatusBadge(StatusBadge.Kind.WARNING, "machine.bundle.failed-before")));
            add(new Paragraph(Language.say("machine.bundle.failed-before.text", found.version())));
        } else if (running.equals(found.version())) {
            add(new Paragraph(Language.say("machine.bundle.same")));
        }
        add(buttons(found, running, install, discard));
    }

    private static DescriptionList facts(Inspection found) {
        DescriptionList facts = new DescriptionList();
        facts.addClassName("hearth-facts");
        fact(facts, "machine.bundle.version", found.version());
        fact(facts, "machine.bundle.size", Figures.here().bytes(found.size()));
        fact(facts, "machine.bundle.signer", found.signer());
        fact(facts, "machine.bundle.build", found.build());
        fact(facts, "machine.bundle.notes", found.notes());
        fact(facts, "machine.bundle.stick", found.stick());
        return facts;
    }

    private static void fact(DescriptionList facts, String key, String value) {
        if (value != null && !value.isBlank()) {
            DescriptionList.Description said = new DescriptionList.Description(value);
            said.getStyle().set("white-space", "pre-wrap");
            facts.add(new DescriptionList.Term(Language.say(key)), said);
        }
    }

    private static Div buttons(
            Inspection found, String running, BiConsumer<Inspection, Boolean> install, Runnable discard) {
        Div buttons = new Div();
        buttons.addClassName("hearth-actions");
        if (discard != null) {
            buttons.add(new Button(Language.say("machine.bundle.discard"), clicked -> discard.run()));
        }
        if (found.refused() == null) {
            Button go = new Button(
                    Language.say("machine.bundle.install", found.version()), clicked -> install.accept(found, false));
            go.addThemeVariants(ButtonVariant.PRIMARY);
            buttons.add(go);
        } else if (found.older()) {
            buttons.add(new Button(
                    Language.say("machine.bundle.install-older"),
                    clicked -> Confirm.beforeLoss(
                            Sentence.of("machine.older.title", found.version()),
                            Sentence.of("machine.older.loss", found.version(), running),
                            Sentence.of("machine.bundle.install-older"),
                            found.version(),
                            () -> install.accept(found, true))));
        }
        return buttons;
    }
}
