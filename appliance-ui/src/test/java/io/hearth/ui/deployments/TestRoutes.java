package io.hearth.ui.deployments;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts routes in place for tests of other packages. */
public final class TestRoutes {
    /** One name, served by a worker {@code w-NODE} on each node. */
    public static void serve(RouteTable routes, String name, List<String> nodes) {
        Map<String, String> workers = new LinkedHashMap<>();
        nodes.forEach(node -> workers.put("w-" + node, node));
        routes.replace(List.of(new RouteTable.Found("dep-1", name, 1_000_000, workers, null)));
    }

    private TestRoutes() {}
}
