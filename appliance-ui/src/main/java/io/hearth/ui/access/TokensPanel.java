package io.hearth.ui.access;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.grid.Grid;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.orderedlayout.VerticalLayout;
import com.vaadin.flow.component.select.Select;
import com.vaadin.flow.component.textfield.IntegerField;
import com.vaadin.flow.component.textfield.TextField;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Confirm;
import io.hearth.ui.shell.CopyBox;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Toast;
import io.hearth.ui.shell.Wording;
import java.util.Arrays;

/** One's own tokens. */
final class TokensPanel extends Div {
    private static final int SHOWN = 500;

    private final transient Tokens tokens;
    private final transient RequestWho who;
    private final Grid<ApiToken> grid = new Grid<>();
    private final Paragraph none = new Paragraph();

    TokensPanel(Tokens tokens, RequestWho who) {
        this.tokens = tokens;
        this.who = who;
        addClassName("hearth-panel");
        H2 heading = new H2();
        Paragraph lead = new Paragraph();
        lead.addClassName("hearth-secondary");
        Button make = new Button("", click -> make());
        make.setId("make-token");
        grid.setAllRowsVisible(true);
        Grid.Column<ApiToken> name = grid.addColumn(ApiToken::name).setFlexGrow(2);
        Grid.Column<ApiToken> role =
                grid.addColumn(token -> Language.say("core.role." + token.role().key()));
        Grid.Column<ApiToken> expires = grid.addColumn(token -> token.expires() == null
                ? Language.say("access.tokens.never")
                : Figures.here().date(token.expires()));
        Grid.Column<ApiToken> used = grid.addColumn(token -> token.used() == null
                ? Language.say("access.tokens.unused")
                : Figures.here().dateTime(token.used()));
        Grid.Column<ApiToken> end =
                grid.addComponentColumn(this::delete).setAutoWidth(true).setFlexGrow(0);
        Wording.of(this)
                .text(heading::setText, "access.tokens.title")
                .text(title -> grid.getElement().setAttribute("aria-label", title), "access.tokens.title")
                .text(lead::setText, "access.tokens.lead")
                .text(none::setText, "access.tokens.none")
                .text(name::setHeader, "access.tokens.name")
                .text(role::setHeader, "access.role")
                .text(expires::setHeader, "access.tokens.expires")
                .text(used::setHeader, "access.tokens.used")
                .text(end::setHeader, "access.users.actions")
                .text(make::setText, "access.tokens.make")
                .always(() -> grid.getDataProvider().refreshAll());
        add(heading, lead, none, grid, AccountView.buttons(make));
    }

    /** Reads the tokens again. */
    void refresh() {
        var items = tokens.page(who.caller(), 0, SHOWN).items();
        none.setVisible(items.isEmpty());
        grid.setVisible(!items.isEmpty());
        grid.setItems(items);
    }

    private Component delete(ApiToken token) {
        Button delete = new Button(
                Language.say("access.tokens.delete"),
                click -> Confirm.before(
                        Sentence.of("access.tokens.delete.ask", token.name()),
                        Sentence.of("access.tokens.delete.loss"),
                        Sentence.of("access.tokens.delete"),
                        () -> {
                            tokens.delete(who.caller(), token.id());
                            Toast.done("access.tokens.deleted");
                            refresh();
                        }));
        delete.addThemeVariants(ButtonVariant.LUMO_TERTIARY, ButtonVariant.LUMO_ERROR);
        return delete;
    }

    private void make() {
        Role most = who.caller().role();
        TextField name = new TextField();
        name.setId("token-name");
        name.setWidthFull();
        Select<Role> role = new Select<>();
        role.setItems(Arrays.stream(Role.values()).filter(most::covers).toList());
        role.setValue(most);
        IntegerField days = new IntegerField();
        days.setMin(1);
        days.setMax(Tokens.LONGEST_DAYS);
        days.setValue(90);
        Dialog dialog = new Dialog();
        Button go = new Button("", click -> {
            try {
                Tokens.Made made = tokens.make(who.caller(), name.getValue(), role.getValue(), days.getValue());
                dialog.close();
                show(made);
                refresh();
            } catch (Problem problem) {
                boolean aboutDays = problem.sentence().key().equals("access.token.days");
                name.setInvalid(!aboutDays);
                days.setInvalid(aboutDays);
                name.setErrorMessage(Language.say(problem.sentence()));
                days.setErrorMessage(Language.say(problem.sentence()));
            }
        });
        go.setId("token-make");
        go.addThemeVariants(ButtonVariant.LUMO_PRIMARY);
        Button cancel = new Button("", click -> dialog.close());
        Wording.of(dialog)
                .text(dialog::setHeaderTitle, "access.tokens.make")
                .text(name::setLabel, "access.tokens.name")
                .text(role::setLabel, "access.role")
                .text(days::setLabel, "access.tokens.days")
                .text(days::setHelperText, "access.tokens.days.help")
                .text(go::setText, "access.tokens.make")
                .text(cancel::setText, "shell.cancel")
                .always(() -> role.setItemLabelGenerator(one -> Language.say("core.role." + one.key())));
        VerticalLayout form = new VerticalLayout(name, role, days);
        form.setPadding(false);
        dialog.add(form);
        dialog.getFooter().add(cancel, go);
        dialog.setWidth("min(30rem, 94vw)");
        dialog.open();
        name.focus();
    }

    private static void show(Tokens.Made made) {
        Dialog dialog = new Dialog();
        Paragraph once = new Paragraph();
        CopyBox secret = new CopyBox(made.secret());
        secret.setId("token-secret");
        Button close = new Button("", click -> dialog.close());
        close.addThemeVariants(ButtonVariant.LUMO_PRIMARY);
        Wording.of(dialog)
                .text(dialog::setHeaderTitle, "access.tokens.made", made.token().name())
                .text(once::setText, "access.tokens.once")
                .text(close::setText, "shell.close");
        dialog.add(once, secret);
        dialog.getFooter().add(close);
        dialog.setCloseOnOutsideClick(false);
        dialog.setWidth("min(38rem, 94vw)");
        dialog.open();
    }
}
