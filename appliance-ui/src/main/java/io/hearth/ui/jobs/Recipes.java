package io.hearth.ui.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.contract.Recipe;
import io.hearth.ui.core.Json;

/** Recipes with a member changed. */
final class Recipes {
    static Recipe evaluatingEvery(Recipe recipe, int steps) {
        return with(recipe, "evaluateEvery", steps);
    }

    static Recipe with(Recipe recipe, String member, Object value) {
        ObjectNode tree = (ObjectNode) Json.sparse(recipe);
        tree.putPOJO(member, value);
        return Json.read(tree.toString(), Recipe.class);
    }

    private Recipes() {}
}
