package io.hearth.ui.models;

import io.hearth.ui.models.check.Finding;
import io.hearth.ui.models.check.ModelFacts;
import java.util.List;

/**
 * A model on its way in.
 *
 * @param id its id, {@code mi-…}
 * @param model name of the model that it becomes a version of
 * @param origin where it comes from
 * @param source hash of the uploaded archive, or path of the folder
 * @param sourceName what people call the source: the file's name, or the path
 * @param base for an adapter: id of its base's version; else null
 * @param state how far it is
 * @param doneBytes bytes read
 * @param totalBytes bytes to read, as far as it is known
 * @param problems why it was refused
 * @param remarks what a person should know
 * @param facts what the model is, once it is checked
 * @param version the version it became, or which holds the same
 * @param known whether the same files were in the registry already
 * @param ownerId who imports it
 * @param created milliseconds since 1970
 */
public record ModelImport(
        String id,
        String model,
        Origin origin,
        String source,
        String sourceName,
        String base,
        State state,
        long doneBytes,
        long totalBytes,
        List<Finding> problems,
        List<Finding> remarks,
        ModelFacts facts,
        String version,
        boolean known,
        String ownerId,
        long created) {
    /** Where a model comes from. */
    public enum Origin {
        UPLOAD,
        FOLDER
    }

    /** How far it is. */
    public enum State {
        /** Files are unpacked or copied. */
        READING,
        /** They are checked. */
        CHECKING,
        /** They go to the blob store. */
        STORING,
        /** It is a version. */
        READY,
        /** It was refused. */
        FAILED,
        /** A person stopped it. */
        CANCELLED;

        /** Whether nothing more will happen. */
        public boolean last() {
            return compareTo(READY) >= 0;
        }

        /** The name in requests and texts. */
        public String key() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
