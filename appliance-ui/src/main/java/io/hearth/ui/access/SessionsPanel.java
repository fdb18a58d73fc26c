package io.hearth.ui.access;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.grid.Grid;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Confirm;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.StatusBadge;
import io.hearth.ui.shell.Toast;
import io.hearth.ui.shell.Wording;

/** One's own sessions. */
final class SessionsPanel extends Div {
    private static final int SHOWN = 100;

    private final transient LoginSessions sessions;
    private final transient RequestWho who;
    private final Grid<LoginSessions.Open> grid = new Grid<>();

    SessionsPanel(LoginSessions sessions, RequestWho who) {
        this.sessions = sessions;
        this.who = who;
        addClassName("hearth-panel");
        H2 heading = new H2();
        Button all = new Button("", click -> endOthers());
        all.setId("end-other-sessions");
        grid.setAllRowsVisible(true);
        Grid.Column<LoginSessions.Open> agent =
                grid.addColumn(open -> agent(open.session())).setFlexGrow(2);
        Grid.Column<LoginSessions.Open> address =
                grid.addColumn(open -> open.session().address());
        Grid.Column<LoginSessions.Open> seen =
                grid.addColumn(open -> Figures.here().dateTime(open.session().seen()));
        Grid.Column<LoginSessions.Open> end =
                grid.addComponentColumn(this::end).setAutoWidth(true).setFlexGrow(0);
        Wording.of(this)
                .text(heading::setText, "access.sessions.title")
                .text(name -> grid.getElement().setAttribute("aria-label", name), "access.sessions.title")
                .text(agent::setHeader, "access.sessions.agent")
                .text(address::setHeader, "access.sessions.address")
                .text(seen::setHeader, "access.sessions.seen")
                .text(end::setHeader, "access.users.actions")
                .text(all::setText, "access.sessions.end-others")
                .always(() -> grid.getDataProvider().refreshAll());
        add(heading, grid, AccountView.buttons(all));
    }

    /** Reads the sessions again. */
    void refresh() {
        Caller caller = who.caller();
        grid.setItems(sessions.page(caller, caller.user().id(), 0, SHOWN).items());
    }

    private static String agent(Session session) {
        String said = session.agent();
        String name = said.contains("Edg/")
                ? "Edge"
                : said.contains("Firefox/")
                        ? "Firefox"
                        : said.contains("Chrome/") ? "Chromium" : said.contains("Safari/") ? "Safari" : said;
        return name.isBlank() ? Language.say("access.sessions.unknown") : name;
    }

    private Component end(LoginSessions.Open open) {
        if (open.session().id().equals(who.caller().credentialId())) {
            return new StatusBadge(StatusBadge.Kind.GOOD, "access.sessions.this");
        }
        Button end = new Button(Language.say("access.sessions.end"), click -> {
            sessions.end(who.caller(), open.session().id());
            Toast.done("access.sessions.ended");
            refresh();
        });
        end.addThemeVariants(ButtonVariant.LUMO_TERTIARY, ButtonVariant.LUMO_ERROR);
        return end;
    }

    private void endOthers() {
        Confirm.before(
                Sentence.of("access.sessions.end-others.ask"),
                Sentence.of("access.sessions.end-others.loss"),
                Sentence.of("access.sessions.end-others"),
                () -> {
                    Caller caller = who.caller();
                    sessions.endOthers(caller, caller.user().id());
                    Toast.done("access.sessions.ended");
                    refresh();
                });
    }
}
