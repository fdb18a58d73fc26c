package io.hearth.ui.access;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.select.Select;
import com.vaadin.flow.component.textfield.PasswordField;
import com.vaadin.flow.router.Route;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.core.Texts;
import io.hearth.ui.settings.Settings;
import io.hearth.ui.shell.Appearance;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import io.hearth.ui.shell.Toast;
import jakarta.annotation.security.PermitAll;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One's own account: password, language and look, sessions, tokens. The only page while the password must be changed. */
@Route(value = "account", layout = MainLayout.class)
@PermitAll
public class AccountView extends Page {
    private static final String BROWSER = "browser";

    private final transient Account account;
    private final transient RequestWho who;
    private final transient Settings settings;
    private final PasswordField old = new PasswordField();
    private final PasswordField next = new PasswordField();
    private final PasswordField again = new PasswordField();
    private final Paragraph must = new Paragraph();
    private final Select<String> language = new Select<>();
    private final Select<String> theme = new Select<>();
    private final Div look;
    private final SessionsPanel sessions;
    private final TokensPanel tokens;
    private boolean shown;

    public AccountView(
            Account account, LoginSessions loginSessions, Tokens apiTokens, RequestWho who, Settings settings) {
        this.account = account;
        this.who = who;
        this.settings = settings;
        sessions = new SessionsPanel(loginSessions, who);
        tokens = new TokensPanel(apiTokens, who);
        title("access.account.title");
        lead("access.account.lead");
        must.setId("must-change");
        must.getElement().setAttribute("role", "alert");
        text(must::setText, "access.account.must-change");
        look = look();
        add(must, password(), look, sessions, tokens);
        live(News.Topic.USERS, this::show);
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        show();
    }

    private void show() {
        Caller caller = who.caller();
        boolean mustChange = caller.user().mustChange();
        must.setVisible(mustChange);
        look.setVisible(!mustChange);
        sessions.setVisible(!mustChange);
        tokens.setVisible(!mustChange);
        if (!mustChange) {
            sessions.refresh();
            tokens.refresh();
        }
        if (!shown) {
            language.setValue(Optional.ofNullable(caller.user().language()).orElse(BROWSER));
            theme.setValue(Optional.ofNullable(caller.user().theme()).orElse(BROWSER));
            shown = true;
        }
    }

    private Div password() {
        H2 heading = new H2();
        Button change = new Button("", click -> changePassword());
        change.setId("change-password");
        change.addThemeVariants(ButtonVariant.LUMO_PRIMARY);
        old.setId("old-password");
        next.setId("new-password");
        again.setId("new-password-again");
        old.getElement().setAttribute("autocomplete", "current-password");
        next.getElement().setAttribute("autocomplete", "new-password");
        again.getElement().setAttribute("autocomplete", "new-password");
        text(heading::setText, "access.account.password");
        text(old::setLabel, "access.password.present");
        text(next::setLabel, "access.password.next");
        text(again::setLabel, "access.password.again");
        text(change::setText, "access.account.password.change");
        text(next::setHelperText, "access.password.help", settings.get(Settings.PASSWORD_LENGTH));
        Div fields = new Div(old, next, again);
        fields.addClassName("hearth-columns");
        return panel(heading, fields, buttons(change));
    }

    private void changePassword() {
        for (PasswordField field : List.of(old, next, again)) {
            field.setInvalid(false);
        }
        if (!next.getValue().equals(again.getValue())) {
            refuse(again, Sentence.of("access.password.differs"));
            return;
        }
        boolean first = who.caller().user().mustChange();
        try {
            account.changePassword(who.caller(), old.getValue(), next.getValue());
        } catch (Problem problem) {
            String key = problem.sentence().key();
            refuse(
                    key.equals("access.password.old") || problem.kind() == Problem.Kind.LIMITED ? old : next,
                    problem.sentence());
            return;
        }
        List.of(old, next, again).forEach(PasswordField::clear);
        Toast.done("access.account.password.changed");
        if (first) {
            // A new page: the request that is going on has none of the roles yet.
            UI.getCurrent().getPage().setLocation("/");
        }
    }

    private static void refuse(PasswordField field, Sentence sentence) {
        field.setErrorMessage(Language.say(sentence));
        field.setInvalid(true);
        field.focus();
    }

    private Div look() {
        H2 heading = new H2();
        text(heading::setText, "access.account.look");
        text(language::setLabel, "access.account.language");
        text(theme::setLabel, "access.account.theme");
        language.setItems(BROWSER, "en", "zh");
        theme.setItems(BROWSER, "light", "dark");
        inLanguage(() -> {
            language.setItemLabelGenerator(
                    one -> one.equals(BROWSER) ? Language.say("access.account.as-browser") : name(one));
            theme.setItemLabelGenerator(one -> Language.say("access.account.theme." + one));
        });
        language.addValueChangeListener(changed -> {
            if (changed.isFromClient()) {
                keep();
                Language.change(UI.getCurrent(), locale(changed.getValue()));
            }
        });
        theme.addValueChangeListener(changed -> {
            if (changed.isFromClient()) {
                keep();
                Appearance.of(changed.getValue()).choose(UI.getCurrent());
            }
        });
        Div choices = new Div(language, theme);
        choices.addClassName("hearth-columns");
        return panel(heading, choices);
    }

    private void keep() {
        account.setPreferences(who.caller(), given(language.getValue()), given(theme.getValue()));
        Toast.done("access.account.kept");
    }

    private static String given(String value) {
        return BROWSER.equals(value) ? null : value;
    }

    private static String name(String language) {
        Locale locale = locale(language);
        return locale.getDisplayLanguage(locale);
    }

    private static Locale locale(String language) {
        return Texts.LANGUAGES.stream()
                .filter(one -> one.getLanguage().equals(language))
                .findFirst()
                .orElse(UI.getCurrent().getSession().getBrowser().getLocale());
    }

    static Div buttons(Button... buttons) {
        Div row = new Div(buttons);
        row.addClassName("hearth-actions");
        return row;
    }

    static Div panel(Component... content) {
        Div panel = new Div(content);
        panel.addClassName("hearth-panel");
        return panel;
    }
}
