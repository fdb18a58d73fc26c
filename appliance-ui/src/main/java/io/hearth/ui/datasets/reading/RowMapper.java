package io.hearth.ui.datasets.reading;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hearth.text.JsonText;
import io.hearth.text.rows.CanonicalRow;
import io.hearth.text.rows.Row;
import io.hearth.text.rows.RowItem;
import io.hearth.text.rows.RowProblem;
import io.hearth.text.rows.RowReader;
import io.hearth.text.rows.RowShape;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Turns rows as they stand in a file into canonical rows. They are checked by the code that training reads them with, so that what
 * is taken here is taken there.
 */
final class RowMapper implements RowSink {
    private final RowShape shape;
    private final RowShape kept;
    private final Map<String, String> columns;
    private final boolean table;
    private final DatasetReader.Output output;

    RowMapper(ImportSettings settings, boolean table, DatasetReader.Output output) {
        this.shape = Shapes.of(settings.shape());
        this.columns = settings.columns();
        this.kept = Shapes.kept(shape, columns);
        this.table = table;
        this.output = output;
    }

    @Override
    public void row(Place place, Map<String, Object> values) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (Map.Entry<String, String> column : columns.entrySet()) {
            String field = column.getKey();
            Object value = values.get(column.getValue());
            boolean optional = Shapes.optional(shape).contains(field);
            if (value instanceof String text && (table || Shapes.STRUCTURED.contains(field))) {
                if (text.isBlank() && optional) {
                    continue;
                }
                if (text.isBlank() && table) {
                    output.bad(bad(place, values, "field-empty", column.getValue()));
                    return;
                }
                if (Shapes.STRUCTURED.contains(field)) {
                    try {
                        value = JsonText.plain(text);
                    } catch (JsonProcessingException e) {
                        output.bad(bad(place, values, "field-not-json", column.getValue()));
                        return;
                    }
                }
            }
            if (values.containsKey(column.getValue()) && !(value == null && optional)) {
                fields.put(field, value);
            }
        }
        check(place, values, fields);
    }

    private void check(Place place, Map<String, Object> values, Map<String, Object> fields) {
        RowItem item = RowReader.check(fields, shape, 1);
        if (item instanceof RowProblem problem) {
            RowShape own = RowShape.of(values).orElse(shape);
            if (problem.code().equals("field-missing") || problem.code().equals("field-not-a-list")) {
                boolean absent = Shapes.required(shape).stream().noneMatch(fields::containsKey);
                if (absent && own != shape) {
                    output.bad(bad(place, values, "another-shape", Shapes.key(own), Shapes.key(shape)));
                    return;
                }
                if (absent && isIdentity()) {
                    output.bad(bad(place, values, "unknown-shape", names(values.keySet())));
                    return;
                }
            }
            output.bad(new BadRow(place, problem.code(), problem.arguments(), excerpt(values)));
            return;
        }
        Row row = (Row) item;
        String line = CanonicalRow.line(keeping(row), kept);
        int bytes = line.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > RowReader.DEFAULT_MAXIMUM_LINE_BYTES) {
            output.bad(bad(place, values, "line-too-long", bytes, RowReader.DEFAULT_MAXIMUM_LINE_BYTES));
            return;
        }
        output.accepted(place, keeping(row), line);
    }

    private Row keeping(Row row) {
        return row instanceof Row.Completion completion && kept == RowShape.MESSAGES
                ? completion.toConversation()
                : row;
    }

    private boolean isIdentity() {
        return columns.entrySet().stream().allMatch(entry -> entry.getKey().equals(entry.getValue()));
    }

    private static String names(Set<String> fields) {
        String names = String.join(", ", fields);
        return names.length() > 200 ? names.substring(0, 200) + "…" : names;
    }

    private static BadRow bad(Place place, Map<String, Object> values, String code, Object... arguments) {
        return BadRow.of(place, excerpt(values), code, arguments);
    }

    private static String excerpt(Map<String, Object> values) {
        StringBuilder excerpt = new StringBuilder();
        for (Map.Entry<String, Object> value : values.entrySet()) {
            if (excerpt.length() > 200) {
                break;
            }
            String text = value.getValue() instanceof String plain ? plain : String.valueOf(value.getValue());
            excerpt.append(excerpt.isEmpty() ? "" : " | ")
                    .append(value.getKey())
                    .append(": ")
                    .append(text, 0, Math.min(200, text.length()));
        }
        return excerpt.toString();
    }

    @Override
    public void bad(BadRow row) {
        output.bad(row);
    }

    @Override
    public void blank() {
        output.blank();
    }
}
