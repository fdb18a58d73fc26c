package io.hearth.worker.job;

import io.hearth.contract.Deployment;
import io.hearth.contract.Deployment.NamedDirectory;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks the values of a deployment as written in its file, before defaults are filled in. */
final class DeploymentValidator {
    private static final int MANY = 1 << 20;

    private final Problems problems;

    DeploymentValidator(Problems problems) {
        this.problems = problems;
    }

    /** @param deployment with absolute paths */
    void check(Deployment deployment) {
        Set<String> names = new HashSet<>();
        if (deployment.model() == null) {
            problems.add("\"model\" is missing: an object with \"name\" and \"directory\" of the base model.");
        } else {
            named("model", deployment.model(), names, "config.json", "a model in Hugging Face layout");
        }
        List<NamedDirectory> adapters = deployment.adapters() == null ? List.of() : deployment.adapters();
        for (int i = 0; i < adapters.size(); i++) {
            String field = "adapters[" + i + "]";
            if (adapters.get(i) == null) {
                problems.add("\"" + field + "\" is null.");
            } else {
                named(field, adapters.get(i), names, "adapter_config.json", "a PEFT adapter");
            }
        }
        if (deployment.host() != null && !deployment.host().matches("[0-9A-Za-z.:_-]{1,253}")) {
            problems.add("\"host\" is not a host name or address, such as 127.0.0.1.");
        }
        problems.integer("port", deployment.port(), 0, 65_535);
        problems.device(deployment.device());
        problems.word("dtype", deployment.dtype(), JobValidator.DTYPES);
        problems.integer("contextLength", deployment.contextLength(), 2, 16 * MANY);
        problems.integer("maxSequences", deployment.maxSequences(), 1, 4096);
        problems.integer("maxBatchTokens", deployment.maxBatchTokens(), 1, MANY);
        problems.integer("maxQueue", deployment.maxQueue(), 0, MANY);
        Long cache = deployment.cacheBytes();
        problems.check("cacheBytes", cache, cache != null && cache > 0, "above 0");
    }

    private void named(String field, NamedDirectory entry, Set<String> names, String content, String what) {
        if (entry.name() == null || entry.name().isBlank()) {
            problems.add("\"" + field + ".name\" is missing: the name by which requests ask for it.");
        } else if (!names.add(entry.name())) {
            problems.add("\"" + field + ".name\" is \"" + entry.name() + "\", which another entry has already.");
        }
        if (entry.directory() == null) {
            problems.add("\"" + field + ".directory\" is missing: where it lies.");
        }
        problems.directory(field + ".directory", entry.directory(), content, what);
    }
}
