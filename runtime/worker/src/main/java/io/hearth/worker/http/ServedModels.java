package io.hearth.worker.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The public names of a base model and its adapters. */
final class ServedModels {
    private final String base;
    private final Map<String, Integer> adapterSlots = new LinkedHashMap<>();
    private final long created;

    /**
     * @param base name of the base model
     * @param adapters names of the adapters, in the order of their slots
     * @param created when they were loaded, in seconds since 1970
     * @throws IllegalArgumentException if two have the same name
     */
    ServedModels(String base, List<String> adapters, long created) {
        this.base = base;
        this.created = created;
        adapterSlots.put(base, -1);
        for (int slot = 0; slot < adapters.size(); slot++) {
            if (adapterSlots.putIfAbsent(adapters.get(slot), slot) != null) {
                throw new IllegalArgumentException("Two models of the deployment have the name \"" + adapters.get(slot)
                        + "\": give each its own.");
            }
        }
    }

    List<String> names() {
        return List.copyOf(adapterSlots.keySet());
    }

    /**
     * Slot of the adapter that a name stands for, -1 for the base model.
     *
     * @throws ApiException 404 with the names that there are
     */
    int adapterSlot(String name) {
        Integer slot = adapterSlots.get(name);
        if (slot == null) {
            throw ApiException.modelNotFound("There is no model \"" + shortened(name) + "\" here. This server has: "
                    + String.join(", ", names()) + ".");
        }
        return slot;
    }

    private static String shortened(String name) {
        return name.length() <= 200 ? name : name.substring(0, 200) + "…";
    }

    /** Body of {@code GET /v1/models}. */
    ObjectNode list() {
        ObjectNode body = Json.object().put("object", "list");
        ArrayNode data = body.putArray("data");
        names().forEach(name -> data.add(model(name)));
        return body;
    }

    /**
     * Body of {@code GET /v1/models/{id}}; for an adapter, {@code parent} names its base.
     *
     * @throws ApiException 404 with the names that there are
     */
    ObjectNode model(String name) {
        boolean adapter = adapterSlot(name) >= 0;
        return Json.object()
                .put("id", name)
                .put("object", "model")
                .put("created", created)
                .put("owned_by", "hearth")
                .put("root", base)
                .put("parent", adapter ? base : null);
    }
}
