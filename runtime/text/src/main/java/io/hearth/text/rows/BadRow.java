package io.hearth.text.rows;

import java.util.Arrays;
import java.util.List;

/** Leaves the parsing or encoding of a row; turned into a {@link RowProblem} at the edge of this package. */
final class BadRow extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final RowFault fault;
    private final transient List<String> arguments;

    BadRow(RowFault fault, Object... arguments) {
        this(fault, Arrays.stream(arguments).map(String::valueOf).toList());
    }

    private BadRow(RowFault fault, List<String> arguments) {
        super(fault.sentence(arguments), null, false, false);
        this.fault = fault;
        this.arguments = arguments;
    }

    RowProblem at(int line, int column) {
        return new RowProblem(line, column, fault.code(), arguments, getMessage());
    }
}
