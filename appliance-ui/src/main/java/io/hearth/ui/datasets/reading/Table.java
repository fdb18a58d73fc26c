package io.hearth.ui.datasets.reading;

import io.hearth.ui.core.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The columns of a CSV or a sheet: names from its first row, or made up. Turns cells into fields. */
final class Table {
    private final List<String> columns;

    private Table(List<String> columns) {
        this.columns = columns;
    }

    /**
     * Columns by the first row.
     *
     * @throws Problem if two columns have one name
     */
    static Table named(List<String> header) {
        List<String> columns = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < header.size(); i++) {
            String name = header.get(i).strip();
            if (name.isEmpty()) {
                name = "column" + (i + 1);
            }
            if (!seen.add(name)) {
                throw Problem.invalid("datasets.file.columns-twice", name);
            }
            columns.add(name);
        }
        return new Table(columns);
    }

    /** Columns {@code column1}, {@code column2} … */
    static Table numbered(int count) {
        List<String> columns = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            columns.add("column" + i);
        }
        return new Table(columns);
    }

    List<String> columns() {
        return columns;
    }

    Map<String, Object> fields(List<String> cells) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            fields.put(columns.get(i), i < cells.size() ? cells.get(i) : "");
        }
        return fields;
    }
}
