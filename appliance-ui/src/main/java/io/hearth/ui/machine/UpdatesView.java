package io.hearth.ui.machine;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.ListItem;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.html.UnorderedList;
import com.vaadin.flow.component.progressbar.ProgressBar;
import com.vaadin.flow.router.Route;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.jobs.Job;
import io.hearth.ui.jobs.JobService;
import io.hearth.ui.shell.Confirm;
import io.hearth.ui.shell.EmptyState;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import io.hearth.ui.shell.StatusBadge;
import io.hearth.ui.shell.Toast;
import io.hearth.ui.shell.UploadBox;
import jakarta.annotation.security.RolesAllowed;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/** What runs on this machine, a bundle for it, its installation, and what became of earlier ones. */
@Route(value = "updates", layout = MainLayout.class)
@RolesAllowed(Role.IS_ADMINISTRATOR)
public class UpdatesView extends Page {
    private static final int LINES = 50;

    private final transient Machine machine;
    private final transient Updates updates;
    private final transient JobService jobs;
    private final transient Clock clock;
    private final SlotsPanel slots = new SlotsPanel();
    private final Div going = new Div();
    private final Div offer = new Div();
    private final Div found = new Div();
    private final Div history = new Div();
    private final UploadBox upload = new UploadBox(Sentence.of("machine.upload"), ".raucb");
    private transient MachineStatus status;
    private transient List<Inspection> onSticks;

    public UpdatesView(Machine machine, Updates updates, JobService jobs, Clock clock) {
        this.machine = machine;
        this.updates = updates;
        this.jobs = jobs;
        this.clock = clock;
        title("machine.title");
        lead("machine.lead");
        if (!machine.present()) {
            add(new EmptyState("machine.absent.title", "machine.absent.text"));
            return;
        }
        going.setId("installation");
        history.addClassName("hearth-panel");
        history.setId("history");
        offer();
        add(slots, going, offer, history);
        inLanguage(this::redraw);
        live(News.Topic.MACHINE, this::refresh);
    }

    private void offer() {
        offer.addClassName("hearth-panel");
        H2 heading = new H2();
        text(heading::setText, "machine.offer");
        upload.onUploaded(uploaded -> {
            try {
                updates.take(actor(), uploaded.upload());
            } finally {
                upload.reset();
            }
        });
        Button look = new Button();
        look.setId("look-for-sticks");
        look.addClickListener(clicked -> {
            onSticks = updates.sticks(actor());
            redraw();
        });
        text(look::setText, "machine.sticks.look");
        Div buttons = new Div(look);
        buttons.addClassName("hearth-actions");
        found.addClassName("hearth-stack");
        offer.add(heading, upload, buttons, found);
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        if (machine.present()) {
            refresh();
        }
    }

    /** A step of an installation changes the bar alone; everything else is asked for anew. */
    private void refresh() {
        Optional<MachineProgress> progress = updates.progress();
        if (status != null && status.installing() != null && progress.isPresent()) {
            showGoing(progress.get());
            return;
        }
        status = updates.status(actor());
        redraw();
    }

    private void redraw() {
        if (status == null) {
            return;
        }
        slots.show(status, clock.instant());
        going.removeAll();
        if (status.installing() != null) {
            showGoing(updates.progress().orElse(status.installing()));
        } else {
            status.waiting().ifPresentOrElse(this::showWaiting, this::showLast);
        }
        going.setVisible(going.getChildren().findAny().isPresent());
        offer.setVisible(status.installed() && status.installing() == null);
        found.removeAll();
        if (offer.isVisible()) {
            showBundles();
        }
        showHistory();
    }

    private void showGoing(MachineProgress progress) {
        going.removeAll();
        String words = Language.say(
                "machine.going." + (progress.step().matches("copying|checking|installing") ? progress.step() : "other"),
                Figures.here().percent(progress.progress() / 100.0));
        ProgressBar bar = new ProgressBar(0, 100, Math.clamp(progress.progress(), 0, 100));
        bar.getElement().setAttribute("aria-label", words);
        Paragraph text = new Paragraph(words);
        Paragraph more = new Paragraph(Language.say("machine.going.stays"));
        more.addClassName("hearth-secondary");
        Div panel = panel("machine.going");
        panel.add(text, bar, more);
        going.add(panel);
    }

    private void showWaiting(MachineStatus.Slot slot) {
        Button now = new Button(Language.say("machine.restart.now"), clicked -> askForRestart(slot));
        now.setId("restart-now");
        now.addThemeVariants(ButtonVariant.PRIMARY);
        Div buttons = new Div(now);
        buttons.addClassName("hearth-actions");
        Div panel = panel("machine.waiting");
        panel.add(new Paragraph(Language.say("machine.waiting.text", slot.version(), status.version())), buttons);
        going.add(panel);
    }

    private void showLast() {
        MachineStatus.Outcome last = status.last();
        if (last == null || last.result().equals("installed")) {
            return;
        }
        Div panel = panel("machine.last");
        boolean interrupted = last.result().equals("interrupted");
        panel.add(new Div(new StatusBadge(
                StatusBadge.Kind.WARNING,
                interrupted ? Sentence.of("machine.last.interrupted") : Sentence.of("machine.last.refused"))));
        panel.add(new Paragraph(
                interrupted || last.refused() == null
                        ? Language.say("machine.last.interrupted.text", last.version(), when(last.time()))
                        : Language.say(
                                "machine.last.refused.text",
                                when(last.time()),
                                last.refused().sentence())));
        going.add(panel);
    }

    private void showBundles() {
        if (status.uploaded()) {
            try {
                found.add(new BundlePanel(updates.inspect(actor()), status.version(), this::install, this::discard));
            } catch (Problem e) {
                Toast.problem(e.sentence());
            }
        }
        if (onSticks != null && onSticks.isEmpty()) {
            found.add(new Paragraph(Language.say("machine.sticks.none")));
        } else if (onSticks != null) {
            onSticks.forEach(
                    inspection -> found.add(new BundlePanel(inspection, status.version(), this::install, null)));
        }
    }

    private void showHistory() {
        history.removeAll();
        history.add(new H2(Language.say("machine.history")));
        UnorderedList list = new UnorderedList();
        list.getStyle().set("list-style", "none").set("padding", "0").set("margin", "0");
        status.log().reversed().stream().limit(LINES).map(UpdatesView::line).forEach(list::add);
        if (status.log().isEmpty()) {
            history.add(new Paragraph(Language.say("machine.history.none")));
        } else {
            history.add(list);
        }
    }

    private static ListItem line(MachineStatus.LogLine line) {
        Span time = new Span(when(line.time()));
        time.addClassName("hearth-secondary");
        time.getStyle().set("flex", "none");
        Span text = new Span(Language.say(LogWords.of(line)));
        text.getStyle().set("overflow-wrap", "anywhere");
        ListItem item = new ListItem(time, text);
        if (LogWords.bad(line)) {
            item.addComponentAtIndex(1, new StatusBadge(StatusBadge.Kind.BAD, "machine.history.bad"));
        }
        item.getStyle()
                .set("display", "flex")
                .set("gap", "0.75rem")
                .set("align-items", "baseline")
                .set("flex-wrap", "wrap")
                .set("padding-block", "0.3rem");
        return item;
    }

    private void install(Inspection inspection, boolean older) {
        updates.install(actor(), inspection.bundle(), older);
        onSticks = null;
        status = null;
        refresh();
    }

    private void discard() {
        updates.discard(actor());
        Toast.done("machine.bundle.discarded");
    }

    private void askForRestart(MachineStatus.Slot slot) {
        List<String> running = jobs.underWay(actor()).stream().map(Job::name).toList();
        Confirm.before(
                Sentence.of("machine.restart.title"),
                running.isEmpty()
                        ? Sentence.of("machine.restart.loss", slot.version())
                        : Sentence.of("machine.restart.loss.jobs", slot.version(), String.join(", ", running)),
                Sentence.of("machine.restart.now"),
                () -> {
                    machine.restart(actor());
                    Toast.done("machine.restart.begun");
                });
    }

    private static Div panel(String heading) {
        Div panel = new Div(new H2(Language.say(heading)));
        panel.addClassName("hearth-panel");
        return panel;
    }

    private static String when(String time) {
        try {
            return Figures.here().dateTime(Instant.parse(time).toEpochMilli());
        } catch (DateTimeParseException e) {
            return time;
        }
    }
}
