package io.hearth.ui.access;

import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.html.H1;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.login.LoginForm;
import com.vaadin.flow.component.login.LoginI18n;
import com.vaadin.flow.component.orderedlayout.FlexComponent;
import com.vaadin.flow.component.orderedlayout.VerticalLayout;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.BeforeEnterObserver;
import com.vaadin.flow.router.HasDynamicTitle;
import com.vaadin.flow.router.Route;
import com.vaadin.flow.server.auth.AnonymousAllowed;
import com.vaadin.flow.shared.communication.PushMode;
import io.hearth.ui.core.Texts;
import io.hearth.ui.settings.Settings;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The page to sign in. Its form is sent as browsers send forms, so that password managers understand it. */
@Route("login")
@AnonymousAllowed
public class LoginView extends VerticalLayout implements BeforeEnterObserver, HasDynamicTitle {
    private final transient FirstRun firstRun;
    private final transient RequestWho who;
    private final LoginForm form = new LoginForm();
    private final Paragraph note = new Paragraph();

    public LoginView(FirstRun firstRun, RequestWho who, Settings settings) {
        this.firstRun = firstRun;
        this.who = who;
        setSizeFull();
        setAlignItems(FlexComponent.Alignment.CENTER);
        setJustifyContentMode(FlexComponent.JustifyContentMode.CENTER);
        note.setVisible(false);
        form.setForgotPasswordButtonVisible(false);
        add(new H1(settings.get(Settings.APPLIANCE_NAME)), note, form, new Paragraph(say("access.login.forgotten")));
    }

    @Override
    public void beforeEnter(BeforeEnterEvent event) {
        if (firstRun.isOpen()) {
            event.forwardTo("setup");
            return;
        }
        Map<String, List<String>> asked =
                event.getLocation().getQueryParameters().getParameters();
        String to = LocalPath.clean(asked.getOrDefault("to", List.of("/")).getFirst());
        if (who.find().isPresent()) {
            UI.getCurrent().getPage().setLocation(to);
            return;
        }
        // Signing in ends the session of this page. Over a link, the page would hear of that before the answer to its
        // form comes, load
        // itself again, and so break the sign-in off.
        UI.getCurrent().getPushConfiguration().setPushMode(PushMode.DISABLED);
        form.setAction("auth/login" + (to.equals("/") ? "" : "?to=" + URLEncoder.encode(to, StandardCharsets.UTF_8)));
        boolean wait = asked.getOrDefault("error", List.of()).contains("wait");
        form.setI18n(texts(wait));
        form.setError(asked.containsKey("error"));
        note.setVisible(asked.containsKey("goodbye"));
        note.setText(say("access.login.goodbye"));
    }

    @Override
    public String getPageTitle() {
        return say("access.login.title");
    }

    private LoginI18n texts(boolean wait) {
        LoginI18n texts = LoginI18n.createDefault();
        LoginI18n.Form fields = texts.getForm();
        fields.setTitle(say("access.login.title"));
        fields.setUsername(say("access.name"));
        fields.setPassword(say("access.password"));
        fields.setSubmit(say("access.login.submit"));
        texts.setForm(fields);
        LoginI18n.ErrorMessage error = texts.getErrorMessage();
        error.setTitle(say("access.login.failed"));
        error.setMessage(say(wait ? "access.login.waitABit" : "access.login.wrong"));
        error.setUsername(say("access.name.missing"));
        error.setPassword(say("access.password.missing"));
        texts.setErrorMessage(error);
        return texts;
    }

    private String say(String key) {
        return Texts.say(UI.getCurrent().getLocale(), key);
    }
}
