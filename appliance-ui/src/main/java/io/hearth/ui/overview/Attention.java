package io.hearth.ui.overview;

import io.hearth.ui.core.Sentence;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** A feature that tells what a person should look at. All beans of this type are asked whenever the overview is drawn. */
public interface Attention {
    /** What needs a person now; quick, because it is asked often. */
    List<Notice> notices(Handle handle);

    /** How urgent it is. */
    enum Level {
        /** Something does not work. */
        FAULT,
        /** Something will not work soon, or works badly. */
        WARNING
    }

    /**
     * Something to look at.
     *
     * @param level how urgent
     * @param text what is wrong and what to do
     * @param link route to go to, such as {@code jobs/job-…}, or an empty text
     * @param since when it began, milliseconds since 1970; the newest comes first within a level
     */
    record Notice(Level level, Sentence text, String link, long since) {}
}
