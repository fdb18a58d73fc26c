package io.hearth.ui.models.check;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Checks a folder of files that {@link FileRules} let through. */
public final class ModelCheck {
    /** Whether a folder looks like a model or an adapter. */
    public static boolean looksLikeOne(Path folder) {
        return Files.isRegularFile(folder.resolve(ConfigCheck.FILE)) || isAdapter(folder);
    }

    /** Whether a folder holds an adapter rather than whole weights. */
    public static boolean isAdapter(Path folder) {
        return Files.isRegularFile(folder.resolve(AdapterCheck.CONFIG));
    }

    /**
     * Checks a folder.
     *
     * @param base for an adapter: folder with the {@code config.json} of its base; null if none was chosen
     */
    public static ModelReport check(Path folder, Path base) {
        List<Finding> problems = new ArrayList<>();
        List<Finding> remarks = new ArrayList<>();
        ModelFacts facts;
        if (isAdapter(folder)) {
            ConfigShape shape = base == null ? null : ConfigCheck.read(base, new ArrayList<>());
            if (base == null) {
                problems.add(Finding.of(AdapterCheck.CONFIG, "models.check.adapter.choose"));
            }
            long parameters = AdapterCheck.check(folder, shape, problems);
            facts = new ModelFacts(true, shape == null ? "" : shape.family(), parameters, null, false);
        } else {
            ConfigShape shape = ConfigCheck.read(folder, problems);
            long parameters = WeightsCheck.check(folder, shape, problems, remarks);
            boolean template = TokenizerCheck.check(folder, shape, problems, remarks);
            facts = shape == null
                    ? null
                    : new ModelFacts(false, shape.family(), parameters, shape.positions(), template);
        }
        return new ModelReport(List.copyOf(problems), List.copyOf(remarks), problems.isEmpty() ? facts : null);
    }

    private ModelCheck() {}
}
