package io.hearth.ui.access;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.grid.Grid;
import com.vaadin.flow.component.icon.VaadinIcon;
import com.vaadin.flow.component.menubar.MenuBar;
import com.vaadin.flow.component.menubar.MenuBarVariant;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.data.provider.DataProvider;
import com.vaadin.flow.data.value.ValueChangeMode;
import com.vaadin.flow.router.Route;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Confirm;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import io.hearth.ui.shell.StatusBadge;
import io.hearth.ui.shell.Toast;
import jakarta.annotation.security.RolesAllowed;

/** Who may sign in, and what they may do. */
@Route(value = "users", layout = MainLayout.class)
@RolesAllowed(Role.IS_ADMINISTRATOR)
public class UsersView extends Page {
    private final transient Users users;
    private final transient RequestWho who;
    private final TextField filter = new TextField();
    private final Grid<User> grid = new Grid<>();

    public UsersView(Users users, RequestWho who) {
        this.users = users;
        this.who = who;
        title("access.users.title");
        lead("access.users.lead");
        Button add = new Button(VaadinIcon.PLUS.create(), click -> new UserDialog(users, who::actor).open());
        add.addThemeVariants(ButtonVariant.LUMO_PRIMARY);
        add.setId("add-user");
        text(add::setText, "access.users.add");
        actions(add);
        filter.setClearButtonVisible(true);
        filter.setValueChangeMode(ValueChangeMode.LAZY);
        filter.addValueChangeListener(changed -> grid.getDataProvider().refreshAll());
        text(filter::setPlaceholder, "access.users.filter");
        text(filter::setAriaLabel, "access.users.filter");
        build();
        add(filter, grid);
        live(News.Topic.USERS, () -> grid.getDataProvider().refreshAll());
        inLanguage(() -> grid.getDataProvider().refreshAll());
    }

    private void build() {
        grid.setAllRowsVisible(true);
        text(name -> grid.getElement().setAttribute("aria-label", name), "access.users.title");
        Grid.Column<User> name = grid.addColumn(User::name).setFlexGrow(2);
        Grid.Column<User> role =
                grid.addColumn(user -> Language.say("core.role." + user.role().key()));
        Grid.Column<User> state = grid.addComponentColumn(UsersView::state);
        Grid.Column<User> login = grid.addColumn(user -> user.lastLogin() == null
                ? Language.say("access.users.never")
                : Figures.here().dateTime(user.lastLogin()));
        Grid.Column<User> menu =
                grid.addComponentColumn(this::menu).setAutoWidth(true).setFlexGrow(0);
        text(name::setHeader, "access.name");
        text(role::setHeader, "access.role");
        text(state::setHeader, "access.users.state");
        text(login::setHeader, "access.users.last-login");
        text(menu::setHeader, "access.users.actions");
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        grid.setItems(DataProvider.fromCallbacks(
                query -> users.page(actor(), filter.getValue(), query.getOffset(), query.getLimit()).items().stream(),
                query -> {
                    // The rows are asked for next.
                    return (int) users.page(actor(), filter.getValue(), query.getOffset(), 1)
                            .total();
                }));
    }

    private static Component state(User user) {
        if (user.disabled()) {
            return new StatusBadge(StatusBadge.Kind.OFF, "access.users.disabled");
        }
        return user.mustChange()
                ? new StatusBadge(StatusBadge.Kind.WAITING, "access.users.must-change")
                : new StatusBadge(StatusBadge.Kind.GOOD, "access.users.active");
    }

    private Component menu(User user) {
        MenuBar bar = new MenuBar();
        bar.addThemeVariants(MenuBarVariant.LUMO_TERTIARY, MenuBarVariant.LUMO_ICON);
        var root = bar.addItem(VaadinIcon.ELLIPSIS_DOTS_V.create());
        root.setAriaLabel(Language.say("access.users.actions-of", user.name()));
        var items = root.getSubMenu();
        var roles = items.addItem(Language.say("access.users.change-role")).getSubMenu();
        for (Role role : Role.values()) {
            var item = roles.addItem(Language.say("core.role." + role.key()), click -> setRole(user, role));
            item.setCheckable(true);
            item.setChecked(user.role() == role);
        }
        items.addItem(Language.say("access.users.reset"), click -> reset(user));
        items.addItem(
                Language.say(user.disabled() ? "access.users.enable" : "access.users.disable"),
                click -> setDisabled(user));
        items.addItem(Language.say("access.users.delete"), click -> delete(user));
        return bar;
    }

    private void setRole(User user, Role role) {
        users.setRole(actor(), user.id(), role);
        Toast.done("access.users.role-set", user.name(), Sentence.of("core.role." + role.key()));
        grid.getDataProvider().refreshAll();
    }

    private void setDisabled(User user) {
        if (user.disabled()) {
            users.setDisabled(actor(), user.id(), false);
            Toast.done("access.users.enabled", user.name());
            return;
        }
        Confirm.before(
                Sentence.of("access.users.disable.ask", user.name()),
                Sentence.of("access.users.disable.loss"),
                Sentence.of("access.users.disable"),
                () -> {
                    users.setDisabled(actor(), user.id(), true);
                    Toast.done("access.users.disabled-now", user.name());
                });
    }

    private void reset(User user) {
        Confirm.before(
                Sentence.of("access.users.reset.ask", user.name()),
                Sentence.of("access.users.reset.loss"),
                Sentence.of("access.users.reset"),
                () -> UserDialog.showPassword(users.resetPassword(actor(), user.id())));
    }

    private void delete(User user) {
        Confirm.beforeLoss(
                Sentence.of("access.users.delete.ask", user.name()),
                Sentence.of("access.users.delete.loss"),
                Sentence.of("access.users.delete"),
                user.name(),
                () -> {
                    users.delete(actor(), user.id());
                    Toast.done("access.users.deleted", user.name());
                });
    }
}
