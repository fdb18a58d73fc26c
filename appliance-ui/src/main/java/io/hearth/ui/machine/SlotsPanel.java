package io.hearth.ui.machine;

import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Span;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.StatusBadge;
import java.time.Instant;

/** What runs, what lies in the two slots, and whose bundles are taken. */
final class SlotsPanel extends Div {
    SlotsPanel() {
        addClassName("hearth-panel");
        setId("slots");
    }

    void show(MachineStatus status, Instant now) {
        removeAll();
        add(new H2(Language.say("machine.slots")));
        Span version = new Span(Language.say("machine.version", status.version()));
        version.addClassName("hearth-figure");
        add(new Div(version));
        if (!status.installed()) {
            add(new Paragraph(Language.say("machine.medium")));
        }
        for (MachineStatus.Slot slot : status.slots()) {
            add(line(slot));
        }
        status.givenUp().ifPresent(slot -> {
            Paragraph cause = new Paragraph(Language.say(MachineNotices.givenUp(status, slot)));
            cause.setId("given-up");
            add(cause);
        });
        trust(status, now);
    }

    private void trust(MachineStatus status, Instant now) {
        for (MachineStatus.Authority authority : status.trust()) {
            Paragraph text = new Paragraph(Language.say(
                    "machine.trust",
                    authority.name(),
                    Figures.here().date(authority.until().toEpochMilli())));
            text.addClassName("hearth-secondary");
            add(text);
        }
        status.trustEndsSoon(now).ifPresent(end -> {
            Div warning = new Div(new StatusBadge(StatusBadge.Kind.WARNING, MachineNotices.trustEnds(end, now)));
            warning.setId("trust-ends");
            add(warning);
        });
    }

    private static Div line(MachineStatus.Slot slot) {
        Span name = new Span(
                slot.version().isEmpty()
                        ? Language.say("machine.slot.empty", slot.name())
                        : Language.say("machine.slot", slot.name(), slot.version()));
        Div line = new Div(name);
        line.addClassName("hearth-actions");
        line.getStyle().set("padding-block", "0.3rem").set("align-items", "baseline");
        if (slot.running()) {
            line.add(new StatusBadge(StatusBadge.Kind.GOOD, "machine.slot.running"));
        }
        switch (slot.state()) {
            case "trial" ->
                line.add(new StatusBadge(
                        StatusBadge.Kind.BUSY,
                        Sentence.of("machine.slot.trial", slot.attempts() == null ? 0 : slot.attempts())));
            case "failed" -> line.add(new StatusBadge(StatusBadge.Kind.BAD, "machine.slot.failed"));
            case "off" -> line.add(new StatusBadge(StatusBadge.Kind.OFF, "machine.slot.off"));
            default -> {}
        }
        if (slot.next() && !slot.running()) {
            line.add(new StatusBadge(StatusBadge.Kind.WAITING, "machine.slot.next"));
        }
        return line;
    }
}
