package io.hearth.ui.setup;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.ComponentUtil;
import com.vaadin.flow.component.Key;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H1;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Image;
import com.vaadin.flow.component.html.ListItem;
import com.vaadin.flow.component.html.OrderedList;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.BeforeEnterObserver;
import com.vaadin.flow.router.HasDynamicTitle;
import com.vaadin.flow.router.Route;
import com.vaadin.flow.server.VaadinRequest;
import com.vaadin.flow.server.VaadinServletRequest;
import com.vaadin.flow.server.auth.AnonymousAllowed;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Texts;
import io.hearth.ui.settings.Settings;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Wording;
import jakarta.servlet.http.Cookie;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The set-up: first the code, then step by step what this Hearth is to become, and last the first administrator; afterwards it leads to
 * the page to sign in.
 */
@Route("setup")
@AnonymousAllowed
public class SetupView extends Div implements BeforeEnterObserver, HasDynamicTitle {
    /** Cookie with the secret of an entry. */
    static final String COOKIE = "hearth-setup";

    private static final String SECRET = SetupView.class.getName() + ".secret";

    private final transient SetUp setUp;
    private final transient Settings settings;
    private final OrderedList trail = new OrderedList();
    private final Div content = new Div();
    private final Div buttons = new Div();
    private transient List<Step> steps = List.of();

    public SetupView(SetUp setUp, Settings settings) {
        this.setUp = setUp;
        this.settings = settings;
        addClassName("hearth-setup");
        setId("hearth-content");
        H1 heading = new H1();
        Div languages = new Div();
        languages.addClassName("hearth-actions");
        for (Locale language : Texts.LANGUAGES) {
            Button button =
                    new Button(language.getDisplayLanguage(language), clicked -> Language.change(ui(), language));
            button.addThemeVariants(ButtonVariant.TERTIARY);
            button.getElement().setAttribute("lang", language.toLanguageTag());
            languages.add(button);
        }
        Image logo = new Image("/hearth.svg", "");
        Div brand = new Div(logo, heading);
        brand.addClassName("hearth-setup-brand");
        Div header = new Div(brand, languages);
        header.addClassName("hearth-page-header");
        trail.addClassName("hearth-steps");
        content.addClassName("hearth-stack");
        buttons.addClassName("hearth-setup-buttons");
        Div card = new Div(header, trail, content, buttons);
        card.addClassName("hearth-panel");
        add(card);
        Wording.of(this)
                .text(heading::setText, "access.setup.title")
                .text(label -> trail.getElement().setAttribute("aria-label", label), "setup.steps")
                .always(() -> ui().getPage().setTitle(getPageTitle()));
    }

    @Override
    public void beforeEnter(BeforeEnterEvent event) {
        if (!setUp.isOpen()) {
            event.forwardTo("login");
            return;
        }
        if (secret() == null) {
            VaadinRequest request = VaadinRequest.getCurrent();
            Cookie[] cookies = request instanceof VaadinServletRequest servlet ? servlet.getCookies() : null;
            if (cookies != null) {
                Arrays.stream(cookies)
                        .filter(cookie -> cookie.getName().equals(COOKIE))
                        .forEach(cookie -> keep(cookie.getValue()));
            }
        }
        goOn();
    }

    @Override
    public String getPageTitle() {
        return Language.say("access.setup.title");
    }

    /** The secret of the present page's entry; pages of other browsers have their own. */
    static void keep(String secret) {
        ComponentUtil.setData(UI.getCurrent(), SECRET, secret);
    }

    private static @Nullable String secret() {
        return (String) ComponentUtil.getData(UI.getCurrent(), SECRET);
    }

    private SetUp.Entry entry() {
        return new SetUp.Entry(secret(), VaadinRequest.getCurrent().getRemoteAddr());
    }

    /** Where it was; the code first, if it was not typed. */
    private void goOn() {
        if (!setUp.holds(entry())) {
            steps = List.of();
            show(new CodePanel(setUp, this::entry), null, this::goOn);
            return;
        }
        try {
            if (setUp.joins(entry())) {
                joined();
                return;
            }
            steps = setUp.steps(entry());
            Step step = setUp.progress(entry()).step();
            boolean undecided = steps.contains(Step.NETWORK) && NetworkStepPanel.trying(setUp, entry());
            open(undecided ? Step.NETWORK : steps.contains(step) ? step : steps.getLast());
        } catch (Problem problem) {
            stopped(problem);
        }
    }

    private void open(Step step) {
        try {
            setUp.goTo(entry(), step);
            int at = steps.indexOf(step);
            StepPanel panel = panel(step);
            Runnable back = at == 0 ? null : () -> open(steps.get(at - 1));
            Runnable then = at + 1 == steps.size() ? () -> {} : () -> open(steps.get(at + 1));
            if (panel instanceof NetworkStepPanel network) {
                network.after(then);
            }
            panel.begin();
            show(panel, back, then);
            showTrail(at);
        } catch (Problem problem) {
            stopped(problem);
        }
    }

    private StepPanel panel(Step step) {
        return switch (step) {
            case LANGUAGE -> new LanguagePanel(setUp, this::entry);
            case NAME -> new NamePanel(setUp, this::entry);
            case NETWORK -> new NetworkStepPanel(setUp, this::entry);
            case ROLE -> new RolePanel(setUp, this::entry, this::joined);
            case ADMINISTRATOR -> new AdministratorPanel(setUp, this::entry, settings);
        };
    }

    private void show(StepPanel panel, @Nullable Runnable back, Runnable then) {
        content.removeAll();
        buttons.removeAll();
        trail.removeAll();
        content.add(panel);
        if (back != null) {
            Button before = new Button("", clicked -> back.run());
            before.setId("setup-back");
            Wording.of(before).text(before::setText, "setup.back");
            buttons.add(before);
        }
        Button next = new Button("", clicked -> panel.next(then));
        next.setId("setup-next");
        next.addThemeVariants(ButtonVariant.PRIMARY);
        next.setDisableOnClick(false);
        Wording.of(next).text(next::setText, panel.nextText());
        if (!panel.enterGoesOn().isEmpty()) {
            next.addClickShortcut(Key.ENTER)
                    .listenOn(panel.enterGoesOn().toArray(Component[]::new))
                    .resetFocusOnActiveElement();
        }
        buttons.add(next);
        StepPanel.focusWhenDrawn(panel.first());
    }

    private void showTrail(int at) {
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            ListItem item = new ListItem();
            Wording.of(item).text(item::setText, "setup.step." + step.name().toLowerCase(Locale.ROOT));
            item.addClassName(i < at ? "hearth-step-done" : i == at ? "hearth-step-now" : "hearth-step-open");
            if (i == at) {
                item.getElement().setAttribute("aria-current", "step");
            }
            trail.add(item);
        }
    }

    /** The machine becomes a node: nothing is left to be done here. */
    private void joined() {
        H2 title = new H2();
        Paragraph text = new Paragraph();
        text.setId("setup-joined");
        text.getElement().setAttribute("role", "status");
        Wording.of(title).text(title::setText, "setup.joined.title");
        Wording.of(text).text(text::setText, "setup.joined.text");
        content.removeAll();
        trail.removeAll();
        buttons.removeAll();
        content.add(title, text);
    }

    /** The machine does not answer, or somebody else has the entry: says so, and lets begin again. */
    private void stopped(Problem problem) {
        Paragraph text = new Paragraph(Language.say(problem.sentence()));
        text.setId("setup-error");
        text.getElement().setAttribute("role", "alert");
        text.addClassName("hearth-error");
        Button again = new Button("", clicked -> goOn());
        again.setId("setup-again-button");
        again.addThemeVariants(ButtonVariant.PRIMARY);
        Wording.of(again).text(again::setText, "setup.again");
        content.removeAll();
        trail.removeAll();
        buttons.removeAll();
        content.add(text);
        buttons.add(again);
    }

    private static UI ui() {
        return UI.getCurrent();
    }
}
