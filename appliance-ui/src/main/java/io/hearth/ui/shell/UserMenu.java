package io.hearth.ui.shell;

import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.contextmenu.MenuItem;
import com.vaadin.flow.component.contextmenu.SubMenu;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.icon.VaadinIcon;
import com.vaadin.flow.component.menubar.MenuBar;
import com.vaadin.flow.component.menubar.MenuBarVariant;
import com.vaadin.flow.component.page.ColorScheme;
import com.vaadin.flow.router.RouteConfiguration;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Texts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The reader's own menu: language, light or dark, account, and the way out. */
final class UserMenu extends MenuBar {
    private static final String ACCOUNT = "account";

    UserMenu(Actor actor) {
        addThemeVariants(MenuBarVariant.LUMO_TERTIARY);
        MenuItem user = addItem(VaadinIcon.USER.create());
        user.add(new Span(actor.name()));
        user.setAriaLabel(actor.name());
        SubMenu menu = user.getSubMenu();
        Wording wording = Wording.of(this);
        wording.text(name -> getElement().setAttribute("aria-label", name), "shell.user-menu");

        MenuItem languages = menu.addItem("");
        wording.text(languages::setText, "shell.language");
        List<MenuItem> choices = new ArrayList<>();
        for (Locale language : Texts.LANGUAGES) {
            MenuItem choice = languages
                    .getSubMenu()
                    .addItem(language.getDisplayLanguage(language), clicked -> Language.change(ui(), language));
            choice.setCheckable(true);
            choices.add(choice);
        }
        wording.always(() -> {
            for (int i = 0; i < choices.size(); i++) {
                choices.get(i).setChecked(Texts.LANGUAGES.get(i).equals(Language.current()));
            }
        });

        MenuItem appearance = menu.addItem("");
        wording.text(appearance::setText, "shell.appearance");
        List<MenuItem> schemes = new ArrayList<>();
        for (Appearance choice : Appearance.values()) {
            MenuItem item = appearance.getSubMenu().addItem("", clicked -> {
                choice.choose(ui());
                check(schemes, ui());
            });
            item.setCheckable(true);
            wording.text(item::setText, choice.key());
            schemes.add(item);
        }
        addAttachListener(attached -> check(schemes, attached.getUI()));

        if (RouteConfiguration.forApplicationScope().getRoute(ACCOUNT).isPresent()) {
            MenuItem account = menu.addItem("", clicked -> ui().navigate(ACCOUNT));
            wording.text(account::setText, "shell.account");
        }
        menu.addSeparator();
        MenuItem out = menu.addItem(
                "",
                clicked -> ui().getPage()
                        .executeJs("const form = document.createElement('form'); form.method = 'post';"
                                + " form.action = '/auth/logout'; document.body.append(form); form.submit()"));
        wording.text(out::setText, "shell.sign-out");
    }

    private UI ui() {
        return getUI().orElseThrow();
    }

    private static void check(List<MenuItem> items, UI ui) {
        ColorScheme.Value now = ui.getPage().getColorScheme();
        for (int i = 0; i < items.size(); i++) {
            items.get(i).setChecked(Appearance.values()[i] == Appearance.of(now));
        }
    }
}
