package io.hearth.ui.shell;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.applayout.AppLayout;
import com.vaadin.flow.component.applayout.DrawerToggle;
import com.vaadin.flow.component.html.Anchor;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Image;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.icon.VaadinIcon;
import com.vaadin.flow.component.orderedlayout.Scroller;
import com.vaadin.flow.component.sidenav.SideNav;
import com.vaadin.flow.component.sidenav.SideNavItem;
import com.vaadin.flow.router.RouteConfiguration;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Who;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.List;

/** The frame around every page: navigation by role at the left, the reader's own menu at the top. Each page says who may see it. */
@PermitAll
public class MainLayout extends AppLayout {
    private record Entry(String path, String key, VaadinIcon icon) {}

    private static final List<Entry> ENTRIES = List.of(
            new Entry("", "shell.nav.overview", VaadinIcon.DASHBOARD),
            new Entry("nodes", "shell.nav.nodes", VaadinIcon.SERVER),
            new Entry("datasets", "shell.nav.datasets", VaadinIcon.DATABASE),
            new Entry("models", "shell.nav.models", VaadinIcon.CUBES),
            new Entry("jobs", "shell.nav.jobs", VaadinIcon.SLIDERS),
            new Entry("deployments", "shell.nav.deployments", VaadinIcon.ROCKET),
            new Entry("playground", "shell.nav.playground", VaadinIcon.CHAT),
            new Entry("keys", "shell.nav.keys", VaadinIcon.KEY),
            new Entry("users", "shell.nav.users", VaadinIcon.USERS),
            new Entry("audit", "shell.nav.audit", VaadinIcon.CLIPBOARD_TEXT),
            new Entry("settings", "shell.nav.settings", VaadinIcon.COG),
            new Entry("updates", "shell.nav.updates", VaadinIcon.PACKAGE));

    @Inject
    Who who;

    @Inject
    Preferences preferences;

    private final Span name = new Span();
    private final SideNav navigation = new SideNav();
    private final Div userMenu = new Div();
    private boolean filled;

    public MainLayout() {
        setPrimarySection(Section.DRAWER);
        Anchor skip = new Anchor("#" + Page.HEADING);
        skip.setRouterIgnore(true);
        // Followed as an address it would lead to the first page, because addresses are relative to that.
        skip.addAttachListener(attached -> skip.getElement()
                .executeJs(
                        "this.onclick = event => { event.preventDefault(); document.getElementById($0)?.focus(); }",
                        Page.HEADING));
        skip.addClassName("hearth-skip");
        DrawerToggle toggle = new DrawerToggle();
        Wording.of(this)
                .text(skip::setText, "shell.skip")
                .text(toggle::setAriaLabel, "shell.menu")
                .text(label -> navigation.getElement().setAttribute("aria-label", label), "shell.navigation");
        userMenu.addClassName("hearth-user-menu");
        addToNavbar(skip, toggle, userMenu);
        Image logo = new Image("/hearth.svg", "");
        Div brand = new Div(logo, name);
        brand.addClassName("hearth-brand");
        addToDrawer(brand, new Scroller(navigation));
    }

    @Override
    public void showRouterLayoutContent(com.vaadin.flow.component.HasElement content) {
        super.showRouterLayoutContent(content);
        if (content instanceof Component page) {
            page.setId("hearth-content");
        }
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        name.setText(preferences.applianceName());
        if (!filled) {
            filled = true;
            Actor actor = who.actor();
            ENTRIES.forEach(entry -> offer(entry, actor.role()));
            userMenu.add(new UserMenu(actor));
        }
    }

    private void offer(Entry entry, Role role) {
        boolean allowed = RouteConfiguration.forApplicationScope()
                .getRoute(entry.path())
                .filter(view -> mayOpen(view, role))
                .isPresent();
        if (allowed) {
            SideNavItem item = new SideNavItem("", entry.path(), entry.icon().create());
            item.setMatchNested(!entry.path().isEmpty());
            Wording.of(item).text(item::setLabel, entry.key());
            navigation.addItem(item);
        }
    }

    private static boolean mayOpen(Class<? extends Component> view, Role role) {
        RolesAllowed allowed = view.getAnnotation(RolesAllowed.class);
        return allowed == null || Arrays.stream(allowed.value()).anyMatch(needed -> role.covers(Role.of(needed)));
    }
}
