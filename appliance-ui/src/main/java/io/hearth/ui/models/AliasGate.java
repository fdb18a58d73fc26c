package io.hearth.ui.models;

import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** A feature that may object to an alias being pointed to a version. An objection can be overridden with a reason. */
public interface AliasGate {
    /** Fewest characters of a reason. */
    int REASON = 10;

    /** Why an alias should not point to a version; empty if it may. */
    Optional<Sentence> objection(Handle handle, String version);

    /**
     * The reason to go on in spite of an objection, or an empty text if there is none.
     *
     * @throws Problem if there is an objection and no reason that says something
     */
    static String reason(Optional<Sentence> objection, String reason) {
        String given = reason == null ? "" : reason.strip();
        if (objection.isPresent() && given.length() < REASON) {
            throw Problem.conflict("models.alias.objection", objection.get(), REASON);
        }
        return objection.isPresent() ? given : "";
    }
}
