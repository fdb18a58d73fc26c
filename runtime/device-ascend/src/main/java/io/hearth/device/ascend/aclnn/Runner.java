package io.hearth.device.ascend.aclnn;

import io.hearth.device.DeviceException;
import io.hearth.device.ascend.cann.Acl;
import io.hearth.device.ascend.card.Stream;
import java.lang.foreign.Arena;

/**
 * Runs calls: with the executor of an earlier call where CANN lets it be run again, else with descriptions that are there
 * already, else from the beginning.
 */
final class Runner {
    private static final String VARIABLE = "HEARTH_ASCEND_REUSE";
    private static final long HANDOVER_BYTES = 1 << 20;

    private final Stream stream;
    private final Acl acl;
    private final Workspace workspace;
    private final ExecutorCache cache;
    private final boolean reuse;
    private final Prepared.Native memory = new Prepared.Native(Arena.ofAuto().allocate(HANDOVER_BYTES, Long.BYTES));

    Runner(Stream stream, Workspace workspace, ExecutorCache cache) {
        this.stream = stream;
        this.workspace = workspace;
        this.cache = cache;
        acl = stream.card().acl();
        reuse = acl.reuse() && !"off".equals(System.getProperty("hearth.ascend.reuse", System.getenv(VARIABLE)));
    }

    /** @throws DeviceException with a sentence that names the operator, the code and CANN's own text */
    void run(Bound bound, Arguments arguments) {
        stream.queueing();
        if (reuse) {
            runAgain(bound, arguments);
        } else {
            Prepared once = new Prepared(bound, arguments, memory);
            try {
                prepare(once, arguments);
                launch(once, arguments, false);
            } finally {
                // Without the function that destroys executors, one that was not run is lost.
                once.usedUp();
                once.destroy();
            }
        }
    }

    private void runAgain(Bound bound, Arguments arguments) {
        Operator operator = bound.operator();
        boolean movable = isMovable(operator, arguments);
        // Where an executor cannot be told of other addresses, there is one for each set of addresses.
        boolean byAddresses = !movable && !bound.refusesReuse();
        Prepared call = cache.find(bound, arguments, !operator.varying(), byAddresses);
        if (call == null) {
            call = new Prepared(bound, arguments, memory);
            cache.keep(call);
        }
        try {
            refresh(call, arguments, movable);
            boolean again = call.executor() != 0;
            if (!again) {
                prepare(call, arguments);
                again = !bound.refusesReuse() && keep(call);
            }
            launch(call, arguments, again);
        } catch (RuntimeException e) {
            // In whatever state it is now, nobody shall find it again.
            cache.forget();
            throw e;
        }
    }

    /**
     * Whether an executor's tensors can be told apart by their place among the arguments: the documentation counts inputs
     * and outputs, and does not say how often a tensor counts that is both, nor whether one that is NULL does.
     */
    private static boolean isMovable(Operator operator, Arguments arguments) {
        return !operator.inPlace() && !operator.hasLists() && !arguments.hasMissing();
    }

    private void refresh(Prepared call, Arguments arguments, boolean movable) {
        if (call.bound().operator().varying() && !call.hasAttributes(arguments.attributes)) {
            call.attributes(arguments, memory);
        }
        if (!call.hasAddresses(arguments.addresses)) {
            int code = call.addresses(arguments.addresses, movable && call.executor() != 0);
            if (code != 0) {
                throw failure(code, "give other addresses to", call, arguments);
            }
        }
    }

    private void prepare(Prepared call, Arguments arguments) {
        int code = call.prepare(memory);
        if (code != 0) {
            throw failure(code, "prepare", call, arguments);
        }
    }

    private static boolean keep(Prepared call) {
        if (call.keep()) {
            return true;
        }
        call.bound().noteRefusal();
        return false;
    }

    private void launch(Prepared call, Arguments arguments, boolean again) {
        long bytes = call.workspaceBytes();
        int code = call.bound().run(workspace.atLeast(bytes), bytes, call.executor(), stream.handle());
        if (!again) {
            call.usedUp();
        }
        if (code != 0) {
            throw failure(code, "run", call, arguments);
        }
    }

    private DeviceException failure(int code, String what, Prepared call, Arguments arguments) {
        Operator operator = call.bound().operator();
        return acl.failure(code, what + " the operator " + operator.name() + " (" + arguments.describe(operator) + ")");
    }
}
