package io.hearth.ui.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.HasValue;
import com.vaadin.flow.component.combobox.ComboBox;
import com.vaadin.flow.component.details.Details;
import com.vaadin.flow.component.formlayout.FormLayout;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.radiobutton.RadioButtonGroup;
import com.vaadin.flow.component.textfield.IntegerField;
import com.vaadin.flow.component.textfield.NumberField;
import io.hearth.contract.Recipe;
import io.hearth.ui.core.Json;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Wording;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How to train: three presets, and every setting that people ask for with a word about it. What is left empty has its default. */
final class RecipePanel extends Div {
    private final RadioButtonGroup<Preset> preset = new RadioButtonGroup<>();
    private final Map<String, HasValue<?, ?>> fields = new LinkedHashMap<>();
    private ObjectNode rest = Json.MAPPER.createObjectNode();

    RecipePanel(Runnable changed) {
        Wording words = Wording.of(this);
        preset.setItems(Preset.values());
        words.text(preset::setLabel, "jobs.preset");
        words.always(() -> preset.setItemLabelGenerator(value -> Language.say("jobs.preset." + value.key())));
        preset.addValueChangeListener(chosen -> {
            if (chosen.isFromClient() && chosen.getValue() != null) {
                show(chosen.getValue().recipe());
                changed.run();
            }
        });
        FormLayout form = new FormLayout();
        form.setResponsiveSteps(new FormLayout.ResponsiveStep("0", 1), new FormLayout.ResponsiveStep("36rem", 2));
        Recipe usual = Recipe.empty().withDefaults();
        choice(form, "method", List.of("lora", "full"));
        number(form, "epochs", usual.epochs());
        number(form, "learningRate", usual.learningRate());
        whole(form, "loraRank", usual.loraRank());
        number(form, "loraAlpha", usual.loraAlpha());
        number(form, "loraDropout", usual.loraDropout());
        whole(form, "maxLength", null);
        whole(form, "batchTokens", usual.batchTokens());
        whole(form, "gradientAccumulation", usual.gradientAccumulation());
        choice(form, "schedule", List.of("cosine", "linear", "constant"));
        whole(form, "warmupSteps", null);
        whole(form, "maxSteps", null);
        number(form, "weightDecay", usual.weightDecay());
        number(form, "maxGradNorm", usual.maxGradNorm());
        whole(form, "evaluateEvery", null);
        whole(form, "earlyStoppingPatience", usual.earlyStoppingPatience());
        whole(form, "checkpointEvery", usual.checkpointEvery());
        whole(form, "seed", Math.toIntExact(usual.seed()));
        choice(form, "dtype", List.of("bf16", "f32"));
        choice(form, "objective", List.of("sft", "next-token"));
        fields.values()
                .forEach(field -> field.addValueChangeListener(event -> {
                    if (event.isFromClient()) {
                        preset.clear();
                        changed.run();
                    }
                }));
        Details advanced = new Details("", form);
        words.text(advanced::setSummaryText, "jobs.recipe.advanced");
        advanced.setWidthFull();
        add(preset, advanced);
        preset.setValue(Preset.BALANCED);
        show(Preset.BALANCED.recipe());
    }

    /** Puts a recipe into the fields; what has no field is kept. */
    void show(Recipe recipe) {
        rest = (ObjectNode) Json.sparse(recipe);
        fields.forEach((name, field) -> put(field, rest.path(name)));
        fields.keySet().forEach(rest::remove);
    }

    /** Puts a recipe of an earlier job into the fields. */
    void showOwn(Recipe recipe) {
        preset.clear();
        show(recipe);
    }

    /** The recipe as it is filled in. */
    Recipe recipe() {
        ObjectNode tree = rest.deepCopy();
        fields.forEach((name, field) -> {
            if (!field.isEmpty()) {
                tree.putPOJO(name, field.getValue());
            }
        });
        return Json.read(tree.toString(), Recipe.class);
    }

    @SuppressWarnings("unchecked")
    private static void put(HasValue<?, ?> field, JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            field.clear();
        } else if (field instanceof NumberField number) {
            number.setValue(value.doubleValue());
        } else if (field instanceof IntegerField whole) {
            whole.setValue(value.intValue());
        } else {
            ((HasValue<?, String>) field).setValue(value.asText());
        }
    }

    private void number(FormLayout form, String name, Double usual) {
        NumberField field = new NumberField();
        field.setStep(1e-9);
        field.setPlaceholder(usual == null ? "" : plain(usual));
        put(form, name, field, field::setLabel, field::setHelperText);
    }

    private void whole(FormLayout form, String name, Integer usual) {
        IntegerField field = new IntegerField();
        field.setPlaceholder(usual == null ? "" : usual.toString());
        put(form, name, field, field::setLabel, field::setHelperText);
    }

    private void choice(FormLayout form, String name, List<String> values) {
        ComboBox<String> field = new ComboBox<>();
        field.setItems(values);
        field.setClearButtonVisible(true);
        put(form, name, field, field::setLabel, field::setHelperText);
    }

    private <C extends Component & HasValue<?, ?>> void put(
            FormLayout form,
            String name,
            C field,
            java.util.function.Consumer<String> label,
            java.util.function.Consumer<String> help) {
        Wording.of(this).text(label, "jobs.field." + name).text(help, "jobs.field." + name + ".help");
        field.getElement().setAttribute("data-field", name);
        fields.put(name, field);
        form.add(field);
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
