package io.hearth.ui.jobs;

import io.hearth.ui.blobs.BlobUser;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.datasets.Datasets;
import io.hearth.ui.models.Models;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/** What jobs need of other features: versions of models and datasets, and blobs of results that are not registered yet. */
@ApplicationScoped
public class JobDependence implements Models.Dependant, Datasets.Dependant, BlobUser {
    private static final int MOST = 40;

    private final JobStore jobs;

    public JobDependence(JobStore jobs) {
        this.jobs = jobs;
    }

    @Override
    public List<Sentence> needing(Handle handle, String version) {
        return jobs.needing(handle, version).stream()
                .map(job -> Sentence.of("jobs.needs", job.name()))
                .toList();
    }

    @Override
    public List<Models.Descendant> descendants(Handle handle, String version) {
        return jobs.madeOf(handle, version, MOST).stream()
                .filter(job -> job.version() == null)
                .map(job -> new Models.Descendant(job.id(), job.name(), Sentence.of("jobs.kind"), "jobs/" + job.id()))
                .toList();
    }

    @Override
    public void tell(Handle handle, Consumer<String> hashes) {
        handle.createQuery(
                        "SELECT * FROM jobs WHERE version IS NULL AND state <> 'cancelled' AND result_files IS NOT NULL")
                .map(JobStore::toJob)
                .forEach(job -> job.resultFiles().forEach(file -> hashes.accept(file.sha256())));
    }
}
