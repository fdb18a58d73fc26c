package io.hearth.ui.shell;

import java.util.Locale;
import java.util.Optional;

/** What the appliance's administrator has set for all pages. */
public interface Preferences {
    /** What the appliance is called. */
    String applianceName();

    /** Language of a page until its reader chooses another; empty: what the browser asks for. */
    Optional<Locale> language();
}
