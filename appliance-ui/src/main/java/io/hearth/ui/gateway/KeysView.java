package io.hearth.ui.gateway;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.grid.Grid;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.router.Route;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.deployments.RouteTable;
import io.hearth.ui.metering.Metering;
import io.hearth.ui.metering.UsagePanel;
import io.hearth.ui.shell.Confirm;
import io.hearth.ui.shell.EmptyState;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import io.hearth.ui.shell.StatusBadge;
import io.hearth.ui.shell.Toast;
import jakarta.annotation.security.RolesAllowed;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** API keys, and who has used what. */
@Route(value = "keys", layout = MainLayout.class)
@RolesAllowed(Role.IS_VIEWER)
public class KeysView extends Page {
    private final ApiKeys keys;
    private final RouteTable routes;
    private final Clock clock;
    private final Button add = new Button();
    private final Grid<ApiKey> grid = new Grid<>();
    private final Div empty = new Div();
    private final UsagePanel usage;

    public KeysView(ApiKeys keys, RouteTable routes, Metering metering, Clock clock) {
        this.keys = keys;
        this.routes = routes;
        this.clock = clock;
        this.usage = new UsagePanel(metering, this::actor);
        title("gateway.title");
        lead("gateway.lead");
        add.addThemeVariants(ButtonVariant.PRIMARY);
        add.addClickListener(clicked -> create());
        text(add::setText, "gateway.add");
        actions(add);
        H2 heading = new H2();
        text(heading::setText, "gateway.usage");
        columns();
        inLanguage(() -> grid.getDataProvider().refreshAll());
        add(empty, grid, heading, usage);
        live(News.Topic.KEYS, this::refresh);
        live(News.Topic.USAGE, usage::refresh);
    }

    private void columns() {
        grid.setAllRowsVisible(true);
        header(grid.addComponentColumn(KeysView::name).setFlexGrow(1), "gateway.column.name");
        header(grid.addComponentColumn(this::badge), "gateway.column.state");
        header(grid.addColumn(ApiKey::ownerName), "gateway.column.owner");
        header(
                grid.addColumn(key ->
                        key.models() == null ? Language.say("gateway.models.all") : String.join(", ", key.models())),
                "gateway.column.models");
        header(grid.addColumn(key -> limits(key.limits())), "gateway.column.limits");
        header(
                grid.addColumn(key -> key.lastUsed() == null
                        ? Language.say("gateway.never")
                        : Figures.here().ago(key.lastUsed(), clock.millis())),
                "gateway.column.used");
        header(
                grid.addColumn(key -> key.expires() == null
                        ? Language.say("gateway.never")
                        : Figures.here().dateTime(key.expires())),
                "gateway.column.expires");
        grid.addComponentColumn(this::buttons).setAutoWidth(true).setFlexGrow(0);
    }

    private void header(Grid.Column<ApiKey> column, String key) {
        column.setAutoWidth(true);
        text(column::setHeader, key);
    }

    private static Div name(ApiKey key) {
        Span hint = new Span(key.hint() + "…");
        hint.addClassNames("hearth-secondary", "hearth-mono");
        hint.getStyle().set("display", "block");
        Div words = new Div(new Span(key.name()), hint);
        if (!key.note().isEmpty()) {
            words.setTitle(key.note());
        }
        return words;
    }

    private StatusBadge badge(ApiKey key) {
        ApiKey.State state = key.state(clock.millis());
        return new StatusBadge(
                state == ApiKey.State.ACTIVE ? StatusBadge.Kind.GOOD : StatusBadge.Kind.OFF,
                Sentence.of("gateway.state." + state.name().toLowerCase(Locale.ROOT)));
    }

    private static String limits(KeyLimits limits) {
        Figures figures = Figures.here();
        List<String> words = new ArrayList<>();
        if (limits.requestsPerMinute() != null) {
            words.add(Language.say("gateway.limit.requests", figures.count(limits.requestsPerMinute())));
        }
        if (limits.tokensPerMinute() != null) {
            words.add(Language.say("gateway.limit.tokens", figures.count(limits.tokensPerMinute())));
        }
        if (limits.tokensPerDay() != null) {
            words.add(Language.say("gateway.limit.day", figures.count(limits.tokensPerDay())));
        }
        if (limits.concurrency() != null) {
            words.add(Language.say("gateway.limit.concurrency", figures.count(limits.concurrency())));
        }
        return words.isEmpty() ? Language.say("gateway.limit.none") : String.join(", ", words);
    }

    private Div buttons(ApiKey key) {
        Button change = new Button(Language.say("gateway.change"), clicked -> change(key));
        Button revoke = new Button(
                Language.say("gateway.revoke"),
                clicked -> Confirm.before(
                        Sentence.of("gateway.revoke.ask", key.name()),
                        Sentence.of("gateway.revoke.explained"),
                        Sentence.of("gateway.revoke"),
                        () -> {
                            keys.revoke(actor(), key.id());
                            Toast.done("gateway.revoked", key.name());
                        }));
        revoke.addThemeVariants(ButtonVariant.ERROR);
        Div buttons = new Div(change, revoke);
        buttons.addClassName("hearth-actions");
        buttons.setVisible(actor().role().covers(Role.OPERATOR));
        return buttons;
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        add.setVisible(actor().role().covers(Role.OPERATOR));
        refresh();
        usage.refresh();
    }

    private void refresh() {
        List<ApiKey> all = keys.list(actor());
        grid.setItems(all);
        grid.setVisible(!all.isEmpty());
        empty.removeAll();
        if (all.isEmpty()) {
            Button begin = new Button(Language.say("gateway.add"), clicked -> create());
            begin.setVisible(add.isVisible());
            empty.add(new EmptyState("gateway.empty.title", "gateway.empty.text", begin));
        }
    }

    private List<String> names() {
        return routes.all().stream().map(RouteTable.Route::name).toList();
    }

    private void create() {
        new KeyDialog(names(), null, clock, wish -> {
                    ApiKeys.Created created = keys.create(actor(), wish);
                    String model = wish.models() != null
                            ? wish.models().getFirst()
                            : names().stream().findFirst().orElse("MODEL");
                    new NewKeyDialog(created.key(), model).open();
                })
                .open();
    }

    private void change(ApiKey key) {
        new KeyDialog(names(), key, clock, wish -> {
                    keys.update(actor(), key.id(), wish);
                    Toast.done("gateway.changed", wish.name());
                })
                .open();
    }
}
