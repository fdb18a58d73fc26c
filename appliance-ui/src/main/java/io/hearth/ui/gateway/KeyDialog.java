package io.hearth.ui.gateway;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.checkbox.Checkbox;
import com.vaadin.flow.component.combobox.MultiSelectComboBox;
import com.vaadin.flow.component.datepicker.DatePicker;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.formlayout.FormLayout;
import com.vaadin.flow.component.textfield.IntegerField;
import com.vaadin.flow.component.textfield.TextArea;
import com.vaadin.flow.component.textfield.TextField;
import io.hearth.ui.core.Problem;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Wording;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Asks for a key's name, what it may use, and its limits. */
final class KeyDialog extends Dialog {
    private final TextField name = new TextField();
    private final TextArea note = new TextArea();
    private final MultiSelectComboBox<String> models = new MultiSelectComboBox<>();
    private final DatePicker expires = new DatePicker();
    private final IntegerField requests = new IntegerField();
    private final IntegerField tokens = new IntegerField();
    private final IntegerField day = new IntegerField();
    private final IntegerField concurrency = new IntegerField();
    private final Checkbox disabled = new Checkbox();

    /**
     * @param names names of deployments
     * @param present the key to change, or null for a new one
     * @param then is given what was chosen; a problem that it throws is said at the name
     */
    KeyDialog(List<String> names, ApiKey present, Clock clock, Consumer<ApiKeys.Wish> then) {
        setWidth("36rem");
        Wording words = Wording.of(this);
        words.text(this::setHeaderTitle, present == null ? "gateway.add" : "gateway.change");
        name.setRequiredIndicatorVisible(true);
        name.setMaxLength(100);
        note.setMaxLength(1000);
        words.text(name::setLabel, "gateway.field.name").text(name::setHelperText, "gateway.field.name.help");
        words.text(note::setLabel, "gateway.field.note");
        TreeSet<String> choices = new TreeSet<>(names);
        if (present != null && present.models() != null) {
            choices.addAll(present.models());
        }
        models.setItems(choices);
        words.text(models::setLabel, "gateway.field.models")
                .text(models::setPlaceholder, "gateway.models.all")
                .text(models::setHelperText, "gateway.field.models.help");
        expires.setMin(LocalDate.now(clock).plusDays(1));
        words.text(expires::setLabel, "gateway.field.expires").text(expires::setPlaceholder, "gateway.never");
        limit(words, requests, "gateway.field.requests");
        limit(words, tokens, "gateway.field.tokens");
        limit(words, day, "gateway.field.day");
        limit(words, concurrency, "gateway.field.concurrency");
        words.text(disabled::setLabel, "gateway.field.disabled");
        disabled.setVisible(present != null);
        if (present != null) {
            fill(present);
        }
        FormLayout form = new FormLayout(name, expires, requests, tokens, day, concurrency);
        form.setResponsiveSteps(new FormLayout.ResponsiveStep("0", 1), new FormLayout.ResponsiveStep("26rem", 2));
        form.add(models, 2);
        form.add(note, 2);
        form.add(disabled, 2);
        add(form);
        Button cancel = new Button("", clicked -> close());
        words.text(cancel::setText, "shell.cancel");
        Button go = new Button("", clicked -> go(then));
        go.addThemeVariants(ButtonVariant.PRIMARY);
        words.text(go::setText, present == null ? "gateway.add.go" : "gateway.change.go");
        getFooter().add(cancel, go);
    }

    private static void limit(Wording words, IntegerField field, String key) {
        field.setMin(1);
        words.text(field::setLabel, key).text(field::setPlaceholder, "gateway.limit.none");
    }

    private void fill(ApiKey key) {
        name.setValue(key.name());
        note.setValue(key.note());
        if (key.models() != null) {
            models.setValue(key.models());
        }
        if (key.expires() != null) {
            expires.setValue(LocalDate.ofInstant(Instant.ofEpochMilli(key.expires()), ZoneId.systemDefault()));
        }
        requests.setValue(key.limits().requestsPerMinute());
        tokens.setValue(whole(key.limits().tokensPerMinute()));
        day.setValue(whole(key.limits().tokensPerDay()));
        concurrency.setValue(key.limits().concurrency());
        disabled.setValue(key.disabled());
    }

    private void go(Consumer<ApiKeys.Wish> then) {
        try {
            ApiKeys.Wish wish = new ApiKeys.Wish(
                    name.getValue(),
                    note.getValue(),
                    models.isEmpty() ? null : List.copyOf(models.getValue()),
                    expires.getValue() == null
                            ? null
                            : expires.getValue()
                                    .atStartOfDay(ZoneId.systemDefault())
                                    .toInstant()
                                    .toEpochMilli(),
                    new KeyLimits(
                            requests.getValue(), wide(tokens.getValue()), wide(day.getValue()), concurrency.getValue()),
                    disabled.getValue());
            then.accept(wish);
            close();
        } catch (Problem problem) {
            name.setInvalid(true);
            name.setErrorMessage(Language.say(problem.sentence()));
        }
    }

    private static Integer whole(Long value) {
        return value == null ? null : (int) Math.min(value, Integer.MAX_VALUE);
    }

    private static Long wide(Integer value) {
        return value == null ? null : value.longValue();
    }
}
