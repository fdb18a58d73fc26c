package io.hearth.device.ascend.aclnn;

import io.hearth.device.ascend.cann.CannLibraries;
import io.hearth.device.ascend.cann.Part;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Operators that CANN's libraries of this process have, each looked for when it is first asked for. */
final class OperatorTable {
    private static final Map<CannLibraries, OperatorTable> TABLES = new ConcurrentHashMap<>();

    private final CannLibraries libraries;
    private final Map<Operator, Optional<Bound>> bound = new ConcurrentHashMap<>();

    private OperatorTable(CannLibraries libraries) {
        this.libraries = libraries;
    }

    static OperatorTable of(CannLibraries libraries) {
        return TABLES.computeIfAbsent(libraries, OperatorTable::new);
    }

    CannLibraries libraries() {
        return libraries;
    }

    /** The operator, if both its functions are in one library. */
    Optional<Bound> find(Operator operator) {
        return bound.computeIfAbsent(operator, this::bind);
    }

    private Optional<Bound> bind(Operator operator) {
        return libraries
                .holding(Part.OPERATORS, operator.name())
                .filter(library -> libraries
                        .holding(Part.OPERATORS, operator.name() + Operator.FIRST_PHASE)
                        .equals(Optional.of(library)))
                .map(library -> new Bound(operator, library));
    }
}
