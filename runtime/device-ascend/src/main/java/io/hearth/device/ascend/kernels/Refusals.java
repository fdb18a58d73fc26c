package io.hearth.device.ascend.kernels;

import io.hearth.device.ascend.aclnn.Operator;
import io.hearth.device.ascend.cann.AclException;
import java.util.HashSet;
import java.util.Set;

/**
 * What fused operators were found not to take. What they take differs between versions of CANN more than its documents
 * say, and their first phase refuses it before anything is queued: so they are asked once, and composed ever after.
 */
final class Refusals {
    private static final System.Logger LOG = System.getLogger(Refusals.class.getName());

    /** A shape, type or value, a tiling, or a kernel that there is not. */
    private static final Set<Integer> CODES = Set.of(161002, 561000, 561001, 561002, 561003, 561112);

    private final Set<Object> refused = new HashSet<>();

    /** Whether calls like this were refused. */
    boolean contains(Object like) {
        return refused.contains(like);
    }

    /**
     * Runs a call unless its like was refused before.
     *
     * @param like equal for calls that are taken or refused alike
     * @return false if it was refused, now or before: nothing of it has been queued
     */
    boolean attempt(Operator operator, Object like, Runnable call) {
        if (refused.contains(like)) {
            return false;
        }
        try {
            call.run();
            return true;
        } catch (AclException e) {
            if (!CODES.contains(e.code())) {
                throw e;
            }
            refused.add(like);
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} does not take {1}: it is composed of smaller operators, which is slower. {2}",
                    operator.name(),
                    like,
                    e.getMessage());
            return false;
        }
    }
}
