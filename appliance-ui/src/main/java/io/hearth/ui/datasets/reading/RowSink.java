package io.hearth.ui.datasets.reading;

import java.util.Map;

/** Takes the rows of a file in their order, as they are written there. */
interface RowSink {
    /**
     * A row.
     *
     * @param values by field or column, as plain Java
     */
    void row(Place place, Map<String, Object> values);

    /** A row that cannot even be read. */
    void bad(BadRow row);

    /** A row of a table with nothing in it. */
    void blank();
}
