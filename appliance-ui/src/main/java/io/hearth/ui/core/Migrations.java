package io.hearth.ui.core;

import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;

/**
 * The schema's migrations, named one by one: each lies in the package of its feature, and scanning a class path for them would
 * depend on how the program is packaged. A migration that has shipped is never changed.
 */
final class Migrations implements ResourceProvider {
    /** In the order of their versions: {@code feature/Vnnn__what.sql}. */
    static final List<String> ALL = List.of(
            "access/V101__access.sql",
            "audit/V102__audit.sql",
            "nodes/V103__nodes.sql",
            "datasets/V104__datasets.sql",
            "models/V105__models.sql",
            "jobs/V106__jobs.sql",
            "deployments/V107__deployments.sql",
            "gateway/V108__gateway.sql",
            "metering/V109__metering.sql",
            "settings/V110__settings.sql",
            "nodes/V120__card_incidents.sql");

    @Override
    public LoadableResource getResource(String name) {
        return ALL.stream().filter(name::equals).findFirst().map(SqlFile::new).orElse(null);
    }

    @Override
    public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
        List<LoadableResource> found = new ArrayList<>();
        for (String path : ALL) {
            SqlFile file = new SqlFile(path);
            if (file.getFilename().startsWith(prefix)
                    && List.of(suffixes).stream().anyMatch(path::endsWith)) {
                found.add(file);
            }
        }
        return found;
    }

    private static final class SqlFile extends LoadableResource {
        private final String path;

        SqlFile(String path) {
            this.path = path;
        }

        @Override
        public Reader read() {
            return new InputStreamReader(
                    Migrations.class.getResourceAsStream("/io/hearth/ui/" + path), StandardCharsets.UTF_8);
        }

        @Override
        public String getAbsolutePath() {
            return path;
        }

        @Override
        public String getAbsolutePathOnDisk() {
            return path;
        }

        @Override
        public String getFilename() {
            return path.substring(path.indexOf('/') + 1);
        }

        @Override
        public String getRelativePath() {
            return path;
        }
    }
}
