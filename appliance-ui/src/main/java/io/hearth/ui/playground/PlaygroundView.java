package io.hearth.ui.playground;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.DetachEvent;
import com.vaadin.flow.component.Key;
import com.vaadin.flow.component.KeyModifier;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.checkbox.Checkbox;
import com.vaadin.flow.component.details.Details;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.formlayout.FormLayout;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.tabs.TabSheet;
import com.vaadin.flow.component.textfield.IntegerField;
import com.vaadin.flow.component.textfield.NumberField;
import com.vaadin.flow.component.textfield.TextArea;
import com.vaadin.flow.data.value.ValueChangeMode;
import com.vaadin.flow.router.Route;
import com.vaadin.flow.router.RouterLink;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Role;
import io.hearth.ui.deployments.DeploymentsView;
import io.hearth.ui.deployments.RouteTable;
import io.hearth.ui.shell.CopyBox;
import io.hearth.ui.shell.EmptyState;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import jakarta.annotation.security.RolesAllowed;
import java.util.ArrayList;
import java.util.List;

/** Talks to what is deployed: one model, or two side by side. */
@Route(value = "playground", layout = MainLayout.class)
@RolesAllowed(Role.IS_OPERATOR)
public class PlaygroundView extends Page {
    private static final String KEY = "hk-YOUR-KEY";

    private final RouteTable routes;
    private final ChatPanel left;
    private final ChatPanel right;
    private final Checkbox compare = new Checkbox();
    private final TextArea system = new TextArea();
    private final NumberField temperature = new NumberField();
    private final NumberField topP = new NumberField();
    private final IntegerField maxTokens = new IntegerField();
    private final IntegerField seed = new IntegerField();
    private final TextArea input = new TextArea();
    private final Button send = new Button();
    private final Button stop = new Button();
    private final Div empty = new Div();
    private final Div all = new Div();

    public PlaygroundView(RouteTable routes, PlaygroundChat chat) {
        this.routes = routes;
        this.left = new ChatPanel(chat, this::actor, this::settle);
        this.right = new ChatPanel(chat, this::actor, this::settle);
        title("playground.title");
        lead("playground.lead");
        Button clear = new Button("", clicked -> {
            left.clear();
            right.clear();
            settle();
        });
        Button code = new Button("", clicked -> showCode());
        text(clear::setText, "playground.clear");
        text(code::setText, "playground.code");
        actions(clear, code);
        right.setVisible(false);
        compare.addValueChangeListener(changed -> right.setVisible(changed.getValue()));
        text(compare::setLabel, "playground.compare");
        Div panels = new Div(left, right);
        panels.addClassName("hearth-columns");
        panels.getStyle().set("align-items", "start").set("margin-block", "0.75rem");
        all.add(compare, settings(), panels, writing());
        all.setWidthFull();
        add(empty, all);
        live(News.Topic.DEPLOYMENTS, this::refresh);
    }

    private Details settings() {
        system.setWidthFull();
        system.setMaxLength(20_000);
        text(system::setLabel, "playground.system");
        temperature.setMin(0);
        temperature.setMax(2);
        temperature.setStep(0.1);
        temperature.setValue(0.7);
        topP.setMin(0);
        topP.setMax(1);
        topP.setStep(0.05);
        maxTokens.setMin(1);
        maxTokens.setValue(512);
        text(temperature::setLabel, "playground.temperature");
        text(topP::setLabel, "playground.top-p");
        text(maxTokens::setLabel, "playground.max-tokens");
        text(seed::setLabel, "playground.seed");
        text(seed::setPlaceholder, "playground.random");
        FormLayout form = new FormLayout(temperature, topP, maxTokens, seed);
        form.setResponsiveSteps(new FormLayout.ResponsiveStep("0", 2), new FormLayout.ResponsiveStep("40rem", 4));
        Details details = new Details("", system, form);
        text(details::setSummaryText, "playground.settings");
        details.setWidthFull();
        return details;
    }

    private Div writing() {
        input.setWidthFull();
        input.setMaxLength(100_000);
        input.setValueChangeMode(ValueChangeMode.EAGER);
        input.addValueChangeListener(changed -> settle());
        text(input::setLabel, "playground.message");
        text(input::setHelperText, "playground.message.help");
        input.addKeyDownListener(Key.ENTER, pressed -> say(), KeyModifier.CONTROL);
        send.addThemeVariants(ButtonVariant.PRIMARY);
        send.addClickListener(clicked -> say());
        stop.addClickListener(clicked -> {
            left.stop();
            right.stop();
            settle();
        });
        text(send::setText, "playground.send");
        text(stop::setText, "playground.stop");
        Div buttons = new Div(send, stop);
        buttons.addClassName("hearth-actions");
        Div writing = new Div(input, buttons);
        writing.setWidthFull();
        return writing;
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        refresh();
    }

    @Override
    protected void onDetach(DetachEvent event) {
        left.stop();
        right.stop();
        super.onDetach(event);
    }

    private void refresh() {
        List<String> names = routes.all().stream()
                .filter(route -> !route.replicas().isEmpty())
                .map(RouteTable.Route::name)
                .toList();
        left.models(names, 0);
        right.models(names, 1);
        all.setVisible(!names.isEmpty() || left.busy());
        empty.removeAll();
        if (names.isEmpty()) {
            empty.add(new EmptyState(
                    "playground.empty.title",
                    "playground.empty.text",
                    new RouterLink(Language.say("playground.empty.go"), DeploymentsView.class)));
        }
        settle();
    }

    private void say() {
        String words = input.getValue().strip();
        if (words.isEmpty() || left.busy() || right.busy()) {
            return;
        }
        input.clear();
        left.say(words, asked(), system.getValue());
        if (compare.getValue()) {
            right.say(words, asked(), system.getValue());
        }
        settle();
    }

    private ChatRequest asked() {
        return new ChatRequest(
                left.model(),
                List.of(),
                temperature.getValue(),
                topP.getValue(),
                maxTokens.getValue(),
                seed.getValue(),
                null);
    }

    private void settle() {
        boolean busy = left.busy() || right.busy();
        send.setEnabled(!busy && !input.getValue().isBlank());
        stop.setEnabled(busy);
    }

    private void showCode() {
        List<ChatRequest.Message> messages = new ArrayList<>();
        if (!system.getValue().isBlank()) {
            messages.add(new ChatRequest.Message("system", system.getValue()));
        }
        messages.addAll(left.messages());
        if (!input.getValue().isBlank()) {
            messages.add(new ChatRequest.Message("user", input.getValue().strip()));
        }
        if (messages.isEmpty()) {
            messages.add(new ChatRequest.Message("user", "Hello"));
        }
        ChatRequest settings = asked();
        ChatRequest request = new ChatRequest(
                left.model(),
                messages,
                settings.temperature(),
                settings.topP(),
                settings.maxTokens(),
                settings.seed(),
                null);
        Dialog dialog = new Dialog();
        dialog.setWidth("48rem");
        dialog.setHeaderTitle(Language.say("playground.code"));
        CopyBox curl = new CopyBox("");
        CopyBox python = new CopyBox("");
        CopyBox java = new CopyBox("");
        TabSheet tabs = new TabSheet();
        tabs.setWidthFull();
        tabs.add("curl", curl);
        tabs.add("Python", python);
        tabs.add("Java", java);
        dialog.add(new Paragraph(Language.say("playground.code.explained")), tabs);
        dialog.addAttachListener(attached -> attached.getUI()
                .getPage()
                .executeJs("return window.location.origin")
                .then(String.class, origin -> {
                    curl.show(CallExamples.curl(origin, KEY, request));
                    python.show(CallExamples.python(origin, KEY, request));
                    java.show(CallExamples.java(origin, KEY, request));
                }));
        Button close = new Button(Language.say("shell.close"), clicked -> dialog.close());
        dialog.getFooter().add(close);
        dialog.open();
    }
}
