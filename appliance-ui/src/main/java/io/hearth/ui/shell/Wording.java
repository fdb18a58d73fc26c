package io.hearth.ui.shell;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.ComponentUtil;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.shared.Registration;
import io.hearth.ui.core.Sentence;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What a component says, said again when the reader changes the language. Setters run at once, and again with each change while
 * the component is attached; nothing else of the component is touched, so what was typed stays.
 */
public final class Wording {
    private final List<Runnable> bindings = new ArrayList<>();
    private Locale said = Language.current();
    private Registration changes;

    /** The wording of a component; always the same one for the same component. */
    public static Wording of(Component owner) {
        Wording known = ComponentUtil.getData(owner, Wording.class);
        return known == null ? new Wording(owner) : known;
    }

    private Wording(Component owner) {
        ComponentUtil.setData(owner, Wording.class, this);
        owner.addAttachListener(attached -> follow(attached.getUI()));
        owner.addDetachListener(detached -> leave());
        owner.getUI().ifPresent(this::follow);
    }

    /**
     * Binds a setter to a text.
     *
     * @param arguments values; a {@link Supplier} is asked each time
     */
    public Wording text(Consumer<String> setter, String key, Object... arguments) {
        return always(() -> setter.accept(Language.say(key, values(arguments))));
    }

    /** Binds a setter to a sentence. */
    public Wording text(Consumer<String> setter, Sentence sentence) {
        return always(() -> setter.accept(Language.say(sentence)));
    }

    /** Runs something now and after each change of language: for lists and figures that are made of words. */
    public Wording always(Runnable binding) {
        bindings.add(binding);
        binding.run();
        return this;
    }

    private void follow(UI ui) {
        leave();
        changes = ComponentUtil.addListener(ui, LanguageChanged.class, changed -> sayAgain(Language.of(ui)));
        if (!said.equals(Language.of(ui))) {
            sayAgain(Language.of(ui));
        }
    }

    private void sayAgain(Locale language) {
        said = language;
        List.copyOf(bindings).forEach(Runnable::run);
    }

    private void leave() {
        if (changes != null) {
            changes.remove();
            changes = null;
        }
    }

    private static Object[] values(Object[] arguments) {
        Object[] values = new Object[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            values[i] = arguments[i] instanceof Supplier<?> supplier ? supplier.get() : arguments[i];
        }
        return values;
    }
}
