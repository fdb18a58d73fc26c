package io.hearth.ui.models.bundle;

import io.hearth.ui.core.Sentence;

/** An archive or folder is refused as a whole. */
public final class BadBundle extends Exception {
    private final String file;
    private final transient Sentence reason;

    /**
     * @param file the entry, or an empty text
     */
    public BadBundle(String file, String key, Object... arguments) {
        super(key);
        this.file = EntryName.shown(file);
        this.reason = Sentence.of(key, arguments);
    }

    /** The entry that is to blame, or an empty text. */
    public String file() {
        return file;
    }

    /** Why. */
    public Sentence reason() {
        return reason;
    }
}
