package io.hearth.ui.machine;

import org.jspecify.annotations.Nullable;

/**
 * What is in a bundle.
 *
 * @param bundle by what it is named in an installation: {@code upload}, or an id if it lies on a stick
 * @param name name of its file on a stick, or null
 * @param stick name of the stick, or null
 * @param size bytes of the bundle
 * @param version version in it; null, as all that follows, if it cannot be read or its signer is not known
 * @param notes what its maker has to say, or null
 * @param build its maker's name for it, or null
 * @param signer whose signature it has, or null
 * @param systemSize bytes of the system in it, or null
 * @param failedBefore whether this version was started on this machine before and never became healthy
 * @param refused why it would not be installed, or null
 */
public record Inspection(
        String bundle,
        @Nullable String name,
        @Nullable String stick,
        long size,
        @Nullable String version,
        @Nullable String notes,
        @Nullable String build,
        @Nullable String signer,
        @Nullable Long systemSize,
        boolean failedBefore,
        @Nullable Refusal refused) {
    /** The bundle that was uploaded. */
    public static final String UPLOAD = "upload";

    /** Whether it is refused for nothing but that it is older, which a person may want. */
    public boolean older() {
        return refused != null && refused.code().equals("older");
    }
}
