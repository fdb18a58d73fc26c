package io.hearth.ui.api;

/** What a page may load and do: everything from this appliance alone. */
public final class ContentPolicy {
    /** Name of the header. */
    public static final String HEADER = "Content-Security-Policy";

    /** The policy of a page whose own scripts carry a word that nobody could know before. */
    public static String withNonce(String nonce) {
        return ofScripts("'self' 'nonce-" + nonce + "' 'unsafe-eval'");
    }

    /** The policy with these sources of scripts. */
    static String ofScripts(String sources) {
        return "default-src 'self'; script-src " + sources + "; style-src 'self' 'unsafe-inline';"
                + " img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none';"
                + " base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
    }

    private ContentPolicy() {}
}
