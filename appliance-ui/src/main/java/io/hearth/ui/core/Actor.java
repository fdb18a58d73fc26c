package io.hearth.ui.core;

/**
 * Who does something: a user in a browser, a user's token, or the appliance itself.
 *
 * @param id id of the user; {@code system} for the appliance
 * @param name name of the user
 * @param role what they may do
 * @param origin how they came: an address, {@code token ID}, or {@code appliance}
 */
public record Actor(String id, String name, Role role, String origin) {
    /** The appliance itself: schedulers and controllers. */
    public static final Actor SYSTEM = new Actor("system", "Hearth", Role.ADMINISTRATOR, "appliance");

    /**
     * Makes sure that the actor may do what a role may.
     *
     * @throws Problem of kind FORBIDDEN
     */
    public void needs(Role needed) {
        if (!role.covers(needed)) {
            throw new Problem(
                    Problem.Kind.FORBIDDEN, Sentence.of("core.forbidden", Sentence.of("core.role." + needed.key())));
        }
    }
}
