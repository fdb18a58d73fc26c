package io.hearth.ui.datasets;

import io.hearth.ui.core.Sentence;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Datasets, as other features see them. */
public interface Datasets {
    /**
     * A version by id ({@code dv-…}) or by {@code name} (its newest) or {@code name:3}.
     *
     * @throws io.hearth.ui.core.Problem if there is none
     */
    DatasetVersion version(Handle handle, String reference);

    /** The newest versions, the newest first. */
    List<DatasetVersion> newest(Handle handle, int limit);

    /** Features that depend on datasets tell by whom a version is needed, one sentence each, so that it is not deleted. */
    interface Dependant {
        List<Sentence> needing(Handle handle, String version);
    }
}
