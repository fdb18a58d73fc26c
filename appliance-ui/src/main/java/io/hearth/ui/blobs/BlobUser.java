package io.hearth.ui.blobs;

import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/** A feature that keeps hashes of blobs in its rows, and so keeps the blobs. Every feature that does so has one of these. */
public interface BlobUser {
    /** Tells the hash of every blob that this feature needs, as one state of the database has it; nulls are passed over. */
    void tell(Handle handle, Consumer<String> hashes);
}
