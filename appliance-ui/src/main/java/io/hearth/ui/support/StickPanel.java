package io.hearth.ui.support;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H3;
import com.vaadin.flow.component.html.ListItem;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.UnorderedList;
import com.vaadin.flow.component.icon.VaadinIcon;
import com.vaadin.flow.component.progressbar.ProgressBar;
import com.vaadin.flow.component.radiobutton.RadioButtonGroup;
import com.vaadin.flow.component.radiobutton.RadioGroupVariant;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.StatusBadge;
import io.hearth.ui.shell.Wording;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Chooses a stick in the machine, and shows how a support bundle gets onto it. */
final class StickPanel extends Div {
    private final transient SupportSticks sticks;
    private final transient Supplier<Actor> actor;
    private final Button look = new Button(VaadinIcon.SEARCH.create());
    private final Button write = new Button(VaadinIcon.DOWNLOAD_ALT.create());
    private final RadioButtonGroup<Stick> choice = new RadioButtonGroup<>();
    private final Paragraph none = new Paragraph();
    private final UnorderedList others = new UnorderedList();
    private final Div state = new Div();
    private transient @Nullable List<Stick> found;

    StickPanel(SupportSticks sticks, Supplier<Actor> actor) {
        this.sticks = sticks;
        this.actor = actor;
        setId("support-sticks");
        addClassName("hearth-stack");
        H3 heading = new H3();
        Paragraph lead = new Paragraph();
        look.setId("look-for-support-sticks");
        look.setDisableOnClick(true);
        look.addClickListener(clicked -> look());
        write.setId("write-support-bundle");
        write.addThemeVariants(ButtonVariant.PRIMARY);
        write.addClickListener(clicked -> write());
        choice.setId("support-stick");
        choice.addThemeVariants(RadioGroupVariant.LUMO_VERTICAL);
        choice.addValueChangeListener(changed -> write.setEnabled(changed.getValue() != null));
        state.setId("support-stick-state");
        state.addClassName("hearth-stack");
        state.getElement().setAttribute("role", "status");
        Div buttons = new Div(look, write);
        buttons.addClassName("hearth-actions");
        add(heading, lead, choice, none, others, buttons, state);
        Wording.of(this)
                .text(heading::setText, "support.stick.title")
                .text(lead::setText, "support.stick.lead")
                .text(look::setText, "support.stick.look")
                .text(write::setText, "support.stick.write")
                .text(choice::setLabel, "support.stick.choose")
                .text(none::setText, "support.stick.none")
                .always(() -> choice.setItemLabelGenerator(StickPanel::name))
                .always(this::showSticks);
    }

    /** Shows how far it is, in the reader's language. */
    void refresh() {
        state.removeAll();
        StickWriting now = sticks.state(actor.get()).orElse(null);
        boolean goesOn = now != null && now.goesOn();
        look.setEnabled(!goesOn);
        write.setEnabled(!goesOn && choice.getValue() != null);
        choice.setEnabled(!goesOn);
        if (now != null) {
            show(now);
        }
    }

    private void show(StickWriting now) {
        Figures figures = Figures.here();
        switch (now.step()) {
            case MAKING -> goes(Language.say("support.stick.making"), null);
            case WRITING -> {
                goes(Language.say("support.stick.writing", figures.bytes(now.done()), figures.bytes(now.bytes())), now);
                Button cancel = new Button(Language.say("support.stick.cancel"), clicked -> sticks.cancel(actor.get()));
                cancel.setId("cancel-support-stick");
                state.add(cancel);
            }
            case WRITTEN ->
                state.add(
                        new Div(new StatusBadge(StatusBadge.Kind.GOOD, Sentence.of("support.stick.done"))),
                        new Paragraph(Language.say(
                                "support.stick.written", now.file(), figures.bytes(now.bytes()), now.stick())));
            case REFUSED ->
                state.add(
                        new Div(new StatusBadge(StatusBadge.Kind.WARNING, Sentence.of("support.stick.refused"))),
                        new Paragraph(Language.say(now.reason())));
        }
    }

    private void goes(String words, @Nullable StickWriting writing) {
        ProgressBar bar = new ProgressBar();
        bar.getElement().setAttribute("aria-label", words);
        if (writing == null) {
            bar.setIndeterminate(true);
        } else {
            bar.setValue((double) writing.done() / Math.max(1, writing.bytes()));
        }
        state.add(new Paragraph(words), bar);
    }

    private void look() {
        try {
            found = sticks.sticks(actor.get());
        } finally {
            look.setEnabled(true);
        }
        List<Stick> usable =
                found.stream().filter(stick -> stick.refused() == null).toList();
        choice.setItems(usable);
        if (usable.size() == 1) {
            choice.setValue(usable.getFirst());
        }
        showSticks();
    }

    /** What was found; nothing before somebody has looked. */
    private void showSticks() {
        boolean looked = found != null;
        boolean usable = looked && found.stream().anyMatch(stick -> stick.refused() == null);
        choice.setVisible(usable);
        write.setVisible(usable);
        write.setEnabled(choice.getValue() != null);
        none.setVisible(looked && !usable);
        others.removeAll();
        if (looked) {
            found.stream()
                    .filter(stick -> stick.refused() != null)
                    .forEach(stick -> others.add(new ListItem(
                            name(stick) + ": " + Language.say(stick.refused().sentence()))));
        }
        others.setVisible(others.getChildren().findAny().isPresent());
    }

    private void write() {
        sticks.write(actor.get(), choice.getValue().id());
        refresh();
    }

    private static String name(Stick stick) {
        Figures figures = Figures.here();
        return stick.free() == null
                ? Language.say("support.stick.name", stick.label(), figures.bytes(stick.size()))
                : Language.say(
                        "support.stick.name-free",
                        stick.label(),
                        figures.bytes(stick.size()),
                        figures.bytes(stick.free()));
    }
}
