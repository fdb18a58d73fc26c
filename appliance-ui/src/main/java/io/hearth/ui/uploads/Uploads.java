package io.hearth.ui.uploads;

import io.hearth.ui.blobs.Blob;
import io.hearth.ui.core.Actor;

/** Files on their way in: received in chunks, resumable, and handed to a feature when they are whole. */
public interface Uploads {
    /**
     * A file that has arrived.
     *
     * @param id id of the upload
     * @param name file name as the browser gave it, without any folder
     * @param blob its content in the blob store
     */
    record Uploaded(String id, String name, Blob blob) {}

    /**
     * A whole upload of this actor.
     *
     * @throws io.hearth.ui.core.Problem if there is none, it is another's, or it is not whole yet
     */
    Uploaded finished(Actor actor, String upload);

    /** Forgets an upload that has been made into something; the blob stays if something uses it. Idempotent. */
    void forget(String upload);
}
