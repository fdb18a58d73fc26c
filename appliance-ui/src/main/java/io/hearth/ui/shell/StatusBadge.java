package io.hearth.ui.shell;

import com.vaadin.flow.component.html.Span;
import io.hearth.ui.core.Sentence;
import java.util.Locale;

/** A state in a word and a colour; the word alone says it all. */
public final class StatusBadge extends Span {
    /** What sort of state it is: chooses the colour. */
    public enum Kind {
        /** As it should be. */
        GOOD,
        /** Something is being done. */
        BUSY,
        /** Waits for its turn or for a person. */
        WAITING,
        /** A person should look. */
        WARNING,
        /** Failed. */
        BAD,
        /** Switched off, past, or of no matter. */
        OFF
    }

    private Sentence said;

    public StatusBadge(Kind kind, Sentence text) {
        said = text;
        Wording.of(this).always(() -> setText(Language.say(said)));
        show(kind, text);
    }

    public StatusBadge(Kind kind, String key, Object... arguments) {
        this(kind, Sentence.of(key, arguments));
    }

    /** Shows another state. */
    public void show(Kind kind, Sentence text) {
        said = text;
        setClassName("hearth-badge");
        addClassName("hearth-" + kind.name().toLowerCase(Locale.ROOT));
        setText(Language.say(text));
    }
}
