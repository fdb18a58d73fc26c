package io.hearth.ui.datasets;

import io.hearth.ui.core.Sentence;
import io.hearth.ui.datasets.reading.ImportSettings;

/**
 * An upload on its way to a version.
 *
 * @param id its id, {@code di-…}
 * @param name name of the dataset that it will belong to
 * @param owner id of the user who began it
 * @param ownerName their name
 * @param state how far it is
 * @param source the file
 * @param evaluation a separate file to hold out, or null
 * @param settings what the user has settled
 * @param report what was found, or null while it is being read
 * @param failure why it cannot be used, or null
 * @param version id of the version that it became, or null
 * @param created milliseconds since 1970
 * @param changed milliseconds since 1970
 */
public record Import(
        String id,
        String name,
        String owner,
        String ownerName,
        State state,
        Source source,
        Source evaluation,
        ImportSettings settings,
        Report report,
        Sentence failure,
        String version,
        long created,
        long changed) {
    /** How far an import is. */
    public enum State {
        /** The file is being read; after a restart it is read again from the beginning. */
        READING,
        /** Read; the user decides. */
        READY,
        /** The file cannot be used as it is, or its columns must be named first. */
        FAILED,
        /** A version is being made; after a restart the import is ready again. */
        COMMITTING,
        /** It is a version. */
        COMMITTED
    }

    /** A file in the blob store with the name that the user gave it. */
    public record Source(String fileName, String blob, long bytes) {}
}
