package io.hearth.ui.deployments;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.combobox.ComboBox;
import com.vaadin.flow.component.combobox.MultiSelectComboBox;
import com.vaadin.flow.component.details.Details;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.formlayout.FormLayout;
import com.vaadin.flow.component.textfield.IntegerField;
import com.vaadin.flow.component.textfield.NumberField;
import com.vaadin.flow.component.textfield.TextField;
import io.hearth.ui.core.Problem;
import io.hearth.ui.nodes.Node;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Wording;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks what to serve: a new deployment, or another model for one that is there. */
final class DeployDialog extends Dialog {
    private static final double GIB = 1L << 30;
    private static final Pattern MODEL = Pattern.compile("([^:@]+).*");

    private final TextField name = new TextField();
    private final ComboBox<String> model = new ComboBox<>();
    private final IntegerField replicas = new IntegerField();
    private final MultiSelectComboBox<String> nodes = new MultiSelectComboBox<>();
    private final MultiSelectComboBox<String> cards = new MultiSelectComboBox<>();
    private final IntegerField context = new IntegerField();
    private final IntegerField sequences = new IntegerField();
    private final NumberField cache = new NumberField();

    /** A new deployment. */
    static DeployDialog fresh(List<String> references, List<Node> all, Consumer<Deployments.Wish> then) {
        return new DeployDialog(references, all, null, then);
    }

    /** Another model, or other settings, for a deployment. */
    static DeployDialog change(List<String> references, DeploymentReport report, Consumer<Deployments.Wish> then) {
        return new DeployDialog(references, List.of(), report, then);
    }

    private DeployDialog(
            List<String> references, List<Node> all, DeploymentReport present, Consumer<Deployments.Wish> then) {
        setWidth("34rem");
        Wording words = Wording.of(this);
        words.text(this::setHeaderTitle, present == null ? "deployments.add" : "deployments.change");
        model.setItems(references);
        model.setRequiredIndicatorVisible(true);
        model.setAllowCustomValue(true);
        model.addCustomValueSetListener(
                custom -> model.setValue(custom.getDetail().strip()));
        words.text(model::setLabel, "deployments.field.model")
                .text(model::setHelperText, "deployments.field.model.help");
        name.setRequiredIndicatorVisible(true);
        words.text(name::setLabel, "deployments.field.name").text(name::setHelperText, "deployments.field.name.help");
        replicas.setMin(1);
        replicas.setMax(64);
        replicas.setValue(1);
        replicas.setStepButtonsVisible(true);
        words.text(replicas::setLabel, "deployments.field.replicas")
                .text(replicas::setHelperText, "deployments.field.replicas.help");
        places(words, all);
        settings(words);
        FormLayout form = new FormLayout(model);
        form.setResponsiveSteps(new FormLayout.ResponsiveStep("0", 1));
        if (present == null) {
            form.add(name, replicas);
            model.addValueChangeListener(chosen -> suggestName());
        } else {
            model.setValue(
                    present.revision().reference().equals(present.revision().version())
                            ? present.revision().label()
                            : present.revision().reference());
        }
        FormLayout more = present == null
                ? new FormLayout(nodes, cards, context, sequences, cache)
                : new FormLayout(context, sequences, cache);
        more.setResponsiveSteps(new FormLayout.ResponsiveStep("0", 1), new FormLayout.ResponsiveStep("24rem", 2));
        Details details = new Details("", more);
        words.text(details::setSummaryText, "deployments.more");
        add(form, details);
        Button cancel = new Button("", clicked -> close());
        words.text(cancel::setText, "shell.cancel");
        Button go = new Button("", clicked -> {
            try {
                then.accept(wish(present));
                close();
            } catch (Problem problem) {
                show(problem);
            }
        });
        go.addThemeVariants(ButtonVariant.PRIMARY);
        words.text(go::setText, present == null ? "deployments.add.go" : "deployments.change.go");
        getFooter().add(cancel, go);
    }

    private void places(Wording words, List<Node> all) {
        nodes.setItems(all.stream().map(Node::id).toList());
        nodes.setItemLabelGenerator(id -> all.stream()
                .filter(node -> node.id().equals(id))
                .map(Node::name)
                .findFirst()
                .orElse(id));
        List<String> every = new ArrayList<>();
        all.forEach(node -> node.cards().forEach(card -> every.add(node.id() + "/" + card.id())));
        cards.setItems(every);
        cards.setItemLabelGenerator(key -> all.stream()
                .filter(node -> key.startsWith(node.id() + "/"))
                .map(node -> node.name() + "/" + key.substring(node.id().length() + 1))
                .findFirst()
                .orElse(key));
        words.text(nodes::setLabel, "deployments.field.nodes").text(nodes::setPlaceholder, "deployments.any");
        words.text(cards::setLabel, "deployments.field.cards").text(cards::setPlaceholder, "deployments.any");
    }

    private void settings(Wording words) {
        context.setMin(16);
        sequences.setMin(1);
        cache.setMin(0.001);
        words.text(context::setLabel, "deployments.field.context")
                .text(context::setPlaceholder, "deployments.by-model");
        words.text(sequences::setLabel, "deployments.field.sequences")
                .text(sequences::setPlaceholder, "deployments.by-model");
        words.text(cache::setLabel, "deployments.field.cache").text(cache::setPlaceholder, "deployments.by-model");
    }

    private void suggestName() {
        if (name.isEmpty() && model.getValue() != null) {
            Matcher matcher = MODEL.matcher(model.getValue());
            if (matcher.matches()) {
                name.setValue(matcher.group(1));
            }
        }
    }

    private Deployments.Wish wish(DeploymentReport present) {
        boolean none = context.isEmpty() && sequences.isEmpty() && cache.isEmpty();
        Settings chosen = none && present != null
                ? null
                : new Settings(
                        context.getValue(),
                        sequences.getValue(),
                        cache.getValue() == null ? null : Math.round(cache.getValue() * GIB));
        return new Deployments.Wish(
                name.getValue().strip(),
                model.getValue(),
                replicas.getValue() == null ? 1 : replicas.getValue(),
                List.copyOf(nodes.getValue()),
                List.copyOf(cards.getValue()),
                chosen);
    }

    /** Says at the field what is wrong where the field is known. */
    private void show(Problem problem) {
        String said = Language.say(problem.sentence());
        String key = problem.sentence().key();
        name.setInvalid(key.startsWith("deployments.name"));
        replicas.setInvalid(key.startsWith("deployments.replicas"));
        model.setInvalid(!name.isInvalid() && !replicas.isInvalid());
        name.setErrorMessage(said);
        replicas.setErrorMessage(said);
        model.setErrorMessage(said);
    }
}
