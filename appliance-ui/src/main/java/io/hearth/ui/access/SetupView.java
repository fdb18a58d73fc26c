package io.hearth.ui.access;

import com.vaadin.flow.component.Key;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.html.H1;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.orderedlayout.FlexComponent;
import com.vaadin.flow.component.orderedlayout.VerticalLayout;
import com.vaadin.flow.component.textfield.PasswordField;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.BeforeEnterObserver;
import com.vaadin.flow.router.HasDynamicTitle;
import com.vaadin.flow.router.Route;
import com.vaadin.flow.server.VaadinRequest;
import com.vaadin.flow.server.VaadinResponse;
import com.vaadin.flow.server.VaadinSession;
import com.vaadin.flow.server.auth.AnonymousAllowed;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Texts;
import io.hearth.ui.settings.Settings;

/** The page on which the first administrator is made; afterwards it leads to the page to sign in. */
@Route("setup")
@AnonymousAllowed
public class SetupView extends VerticalLayout implements BeforeEnterObserver, HasDynamicTitle {
    private final transient FirstRun firstRun;
    private final TextField code = new TextField(say("access.setup.code.label"));
    private final TextField name = new TextField(say("access.name"));
    private final PasswordField password = new PasswordField(say("access.password"));
    private final PasswordField again = new PasswordField(say("access.password.again"));
    private final Paragraph error = new Paragraph();

    public SetupView(FirstRun firstRun, Settings settings) {
        this.firstRun = firstRun;
        setSizeFull();
        setAlignItems(FlexComponent.Alignment.CENTER);
        setJustifyContentMode(FlexComponent.JustifyContentMode.CENTER);
        VerticalLayout form = new VerticalLayout();
        form.setWidth("min(26rem, 100%)");
        form.setPadding(false);
        code.setHelperText(say("access.setup.code.help"));
        code.setId("setup-code");
        code.setAutofocus(true);
        code.getElement().setAttribute("autocomplete", "one-time-code");
        name.setId("setup-name");
        name.getElement().setAttribute("autocomplete", "username");
        password.setId("setup-password");
        password.getElement().setAttribute("autocomplete", "new-password");
        password.setHelperText(
                Texts.say(UI.getCurrent().getLocale(), "access.password.help", settings.get(Settings.PASSWORD_LENGTH)));
        again.setId("setup-again");
        again.getElement().setAttribute("autocomplete", "new-password");
        error.setId("setup-error");
        error.getElement().setAttribute("role", "alert");
        error.getStyle().set("color", "var(--vaadin-error-text-color, #c00)").set("margin", "0");
        error.setVisible(false);
        Button submit = new Button(say("access.setup.submit"), click -> submit());
        submit.setId("setup-submit");
        submit.addThemeVariants(ButtonVariant.LUMO_PRIMARY);
        submit.addClickShortcut(Key.ENTER);
        submit.setWidthFull();
        form.add(
                new H1(say("access.setup.title")),
                new Paragraph(say("access.setup.intro")),
                code,
                name,
                password,
                again,
                error,
                submit);
        code.setWidthFull();
        name.setWidthFull();
        password.setWidthFull();
        again.setWidthFull();
        add(form);
    }

    @Override
    public void beforeEnter(BeforeEnterEvent event) {
        if (!firstRun.isOpen()) {
            event.forwardTo(LoginView.class);
        }
    }

    @Override
    public String getPageTitle() {
        return say("access.setup.title");
    }

    private void submit() {
        error.setVisible(false);
        if (!password.getValue().equals(again.getValue())) {
            refuse(say("access.password.differs"));
            return;
        }
        VaadinRequest request = VaadinRequest.getCurrent();
        try {
            Logins.Started started = firstRun.setUp(
                    code.getValue(),
                    name.getValue(),
                    password.getValue(),
                    Session.Kind.BROWSER,
                    request.getRemoteAddr(),
                    request.getHeader("User-Agent"));
            VaadinResponse.getCurrent().addCookie(AuthServlet.cookie(started.secret(), -1));
            UI.getCurrent().getPage().setLocation("/");
            VaadinSession.getCurrent().getSession().invalidate();
        } catch (Problem problem) {
            refuse(Texts.say(UI.getCurrent().getLocale(), problem.sentence()));
        }
    }

    private void refuse(String sentence) {
        error.setText(sentence);
        error.setVisible(true);
    }

    private String say(String key) {
        return Texts.say(UI.getCurrent().getLocale(), key);
    }
}
