package io.hearth.ui.setup;

import java.util.List;

/** A step of the set-up, in their order. */
enum Step {
    LANGUAGE,
    NAME,
    NETWORK,
    ROLE,
    ADMINISTRATOR;

    /** Those of a Hearth that is no machine of its own, or of a machine that a provision.yaml has decided. */
    static final List<Step> SHORT = List.of(LANGUAGE, ADMINISTRATOR);

    /** Those of a machine that nobody has decided anything of. */
    static final List<Step> LONG = List.of(values());
}
