package io.hearth.ui.models;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Sentence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Draws the lineage of a version: dataset and base, job, version, and what uses it. */
final class LineageBuilder {
    private static final int MOST_DESCENDANTS = 40;

    private final Handle handle;
    private final ModelStore store;
    private final List<Models.Dependant> dependants;
    private final Map<String, LineageDrawing.Node> nodes = new LinkedHashMap<>();
    private final List<LineageDrawing.Edge> edges = new ArrayList<>();

    LineageBuilder(Handle handle, ModelStore store, List<Models.Dependant> dependants) {
        this.handle = handle;
        this.store = store;
        this.dependants = dependants;
    }

    LineageDrawing draw(ModelVersion version) {
        int column = 0;
        String origin = null;
        if (version.base() != null) {
            ModelVersion base = store.byId(handle, version.base()).orElse(null);
            if (base != null) {
                node(base, 0, false);
                origin = base.id();
                column = 1;
            }
        }
        JsonNode lineage = Json.read(store.lineage(handle, version.id()).orElse("{}"), JsonNode.class);
        if (version.job() != null) {
            column = job(version, lineage, origin);
        } else if (origin != null) {
            edges.add(new LineageDrawing.Edge(origin, version.id()));
        } else if (lineage.hasNonNull("source")) {
            node("source", lineage.path("source").asText(), "models.kind.source", 0, "");
            edges.add(new LineageDrawing.Edge("source", version.id()));
            column = 1;
        }
        node(version, column, true);
        descendants(version, column + 1);
        return new LineageDrawing(List.copyOf(nodes.values()), List.copyOf(edges));
    }

    /** Dataset, base and job in front of a version; gives the version's column. */
    private int job(ModelVersion version, JsonNode lineage, String origin) {
        JsonNode dataset = lineage.path("dataset");
        if (dataset.hasNonNull("id")) {
            String id = dataset.path("id").asText();
            String label = dataset.path("name").asText() + ":"
                    + dataset.path("version").asInt();
            node(
                    id,
                    label,
                    "models.kind.dataset",
                    0,
                    "datasets/" + dataset.path("name").asText());
            edges.add(new LineageDrawing.Edge(id, version.job()));
        }
        String name = lineage.path("jobName").asText(version.job());
        node(version.job(), name, "models.kind.job", 1, "jobs/" + version.job());
        JsonNode base = lineage.path("base");
        if (origin == null && base.hasNonNull("id")) {
            String label =
                    base.path("name").asText() + ":" + base.path("version").asInt();
            boolean there = store.byId(handle, base.path("id").asText()).isPresent();
            node(
                    base.path("id").asText(),
                    label,
                    "models.kind.base",
                    0,
                    there ? "models/" + base.path("name").asText() : "");
            edges.add(new LineageDrawing.Edge(base.path("id").asText(), version.job()));
        }
        if (origin != null) {
            edges.add(new LineageDrawing.Edge(origin, version.job()));
        }
        edges.add(new LineageDrawing.Edge(version.job(), version.id()));
        return 2;
    }

    private void descendants(ModelVersion version, int column) {
        List<ModelVersion> adapters = store.adaptersOf(handle, version.id());
        for (ModelVersion adapter : adapters.subList(0, Math.min(MOST_DESCENDANTS, adapters.size()))) {
            node(adapter, column, false);
            edges.add(new LineageDrawing.Edge(version.id(), adapter.id()));
        }
        for (Models.Dependant dependant : dependants) {
            for (Models.Descendant descendant : dependant.descendants(handle, version.id())) {
                nodes.putIfAbsent(
                        descendant.id(),
                        new LineageDrawing.Node(
                                descendant.id(),
                                descendant.label(),
                                descendant.kind(),
                                column,
                                descendant.route(),
                                false));
                edges.add(new LineageDrawing.Edge(version.id(), descendant.id()));
            }
        }
    }

    private void node(ModelVersion version, int column, boolean current) {
        nodes.put(
                version.id(),
                new LineageDrawing.Node(
                        version.id(),
                        version.model() + ":" + version.version(),
                        Sentence.of(
                                version.kind() == ModelVersion.Kind.ADAPTER
                                        ? "models.kind.adapter"
                                        : "models.kind.base"),
                        column,
                        "models/" + version.model(),
                        current));
    }

    private void node(String id, String label, String kind, int column, String route) {
        nodes.put(id, new LineageDrawing.Node(id, label, Sentence.of(kind), column, route, false));
    }
}
