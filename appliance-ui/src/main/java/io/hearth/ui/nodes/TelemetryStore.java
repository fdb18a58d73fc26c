package io.hearth.ui.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.ui.core.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Rows of the history. */
final class TelemetryStore {
    /**
     * A row.
     *
     * @param node its node
     * @param series a card, or empty for the machine
     * @param step length of the span in seconds
     * @param point what was measured
     */
    record Row(String node, String series, int step, Point point) {}

    /** A node and one of its series. */
    record Key(String node, String series) {}

    void insert(Handle handle, List<Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        PreparedBatch batch =
                handle.prepareBatch("INSERT INTO telemetry (node_id, series, step, time, samples, figures) VALUES"
                        + " (:node, :series, :step, :time, :samples, :figures)"
                        + " ON CONFLICT (node_id, series, step, time) DO NOTHING");
        for (Row row : rows) {
            batch.bind("node", row.node())
                    .bind("series", row.series())
                    .bind("step", row.step())
                    .bind("time", row.point().time())
                    .bind("samples", row.point().samples())
                    .bind("figures", write(row.point().figures()))
                    .add();
        }
        batch.execute();
    }

    List<Point> find(Handle handle, Key key, int step, long from, long to) {
        return handle.createQuery("SELECT time, samples, figures FROM telemetry WHERE node_id = :node AND"
                        + " series = :series AND step = :step AND time >= :from AND time < :to ORDER BY time")
                .bind("node", key.node())
                .bind("series", key.series())
                .bind("step", step)
                .bind("from", from)
                .bind("to", to)
                .map((row, context) ->
                        new Point(row.getLong("time"), row.getInt("samples"), read(row.getString("figures"))))
                .list();
    }

    List<Key> keys(Handle handle, int step, long from) {
        return handle.createQuery("SELECT DISTINCT node_id, series FROM telemetry WHERE step = :step AND time >= :from")
                .bind("step", step)
                .bind("from", from)
                .map((row, context) -> new Key(row.getString("node_id"), row.getString("series")))
                .list();
    }

    /** Begin of the newest span of a series, or -1. */
    long newest(Handle handle, Key key, int step) {
        return handle.createQuery("SELECT COALESCE(MAX(time), -1) FROM telemetry WHERE node_id = :node AND"
                        + " series = :series AND step = :step")
                .bind("node", key.node())
                .bind("series", key.series())
                .bind("step", step)
                .mapTo(Long.class)
                .one();
    }

    int delete(Handle handle, int step, long before) {
        return handle.execute("DELETE FROM telemetry WHERE step = ? AND time < ?", step, before);
    }

    private static String write(Map<String, Point.Figure> figures) {
        ObjectNode object = Json.MAPPER.createObjectNode();
        figures.forEach((name, figure) ->
                object.putArray(name).add(rounded(figure.mean())).add(rounded(figure.max())));
        return object.toString();
    }

    /** Six digits are more than any sensor has. */
    private static double rounded(double value) {
        if (value == 0 || Double.isNaN(value) || Double.isInfinite(value)) {
            return 0;
        }
        double scale = Math.pow(10, 5 - Math.floor(Math.log10(Math.abs(value))));
        return Math.round(value * scale) / scale;
    }

    private static Map<String, Point.Figure> read(String text) {
        Map<String, Point.Figure> figures = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry :
                Json.read(text, ObjectNode.class).properties()) {
            ArrayNode pair = (ArrayNode) entry.getValue();
            figures.put(
                    entry.getKey(),
                    new Point.Figure(pair.get(0).doubleValue(), pair.get(1).doubleValue()));
        }
        return figures;
    }
}
