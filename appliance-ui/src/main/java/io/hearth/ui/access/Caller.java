package io.hearth.ui.access;

import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Role;
import java.security.Principal;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who a request comes from.
 *
 * @param user the user
 * @param role what the credential may do: the user's role, or less for a token
 * @param credential what was shown
 * @param credentialId id of the session or the token
 * @param address where the request came from
 */
public record Caller(User user, Role role, Credential credential, String credentialId, String address)
        implements Principal {
    /** What was shown. */
    public enum Credential {
        /** The cookie of a browser's session. */
        COOKIE,
        /** The session of a program. */
        SESSION,
        /** A token. */
        TOKEN
    }

    @Override
    public String getName() {
        return user.name();
    }

    /** Who acts. */
    public Actor actor() {
        return new Actor(
                user.id(), user.name(), role, credential == Credential.TOKEN ? "token " + credentialId : address);
    }

    /** The roles of the caller: theirs and those below it, and none while the password must be changed. */
    public Set<String> roles() {
        Set<String> roles = new TreeSet<>();
        if (!user.mustChange()) {
            for (Role below : Role.values()) {
                if (role.covers(below)) {
                    roles.add(below.key());
                }
            }
        }
        return roles;
    }
}
