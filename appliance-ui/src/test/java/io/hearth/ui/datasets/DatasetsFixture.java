package io.hearth.ui.datasets;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.blobs.Blob;
import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Role;
import io.hearth.ui.datasets.reading.ImportSettings;
import io.hearth.ui.uploads.Uploads;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The services of datasets on a real database in a folder. */
public final class DatasetsFixture implements AutoCloseable {
    public static final Actor ENGINEER = new Actor("u-1", "Ada", Role.ENGINEER, "test");
    static final Actor VIEWER = new Actor("u-2", "Vic", Role.VIEWER, "test");

    /** Whole files, without the chunks. */
    private static final class WholeUploads implements Uploads {
        private final Map<String, Uploaded> files = new ConcurrentHashMap<>();

        @Override
        public Uploaded finished(Actor actor, String upload) {
            return files.get(upload);
        }

        @Override
        public void forget(String upload) {
            files.remove(upload);
        }
    }

    public final HearthHome home;
    public final Database database;
    public final BlobStore blobs;
    public final News news = new News();
    final ImportService imports;
    final ImportCommit commits;
    final DatasetCatalog catalog;
    final RowPages pages;
    private final WholeUploads uploads = new WholeUploads();

    public DatasetsFixture(Path folder, Datasets.Dependant... dependants) {
        home = new HearthHome(folder);
        home.folder(".");
        database = Database.open(home.database());
        blobs = new BlobStore(home);
        AuditLog audit = new AuditLog(Clock.systemUTC());
        ImportStore store = new ImportStore();
        ImportFolder folders = new ImportFolder(home);
        DatasetStore datasets = new DatasetStore();
        imports = new ImportService(database, store, folders, uploads, blobs, audit, news, Clock.systemUTC());
        commits = new ImportCommit(database, store, folders, datasets, blobs, audit, news, Clock.systemUTC());
        catalog = new DatasetCatalog(database, datasets, blobs, audit, news, List.of(dependants));
        pages = new RowPages(catalog, imports, folders, home);
    }

    String upload(byte[] content, String name) {
        String id = "up-" + uploads.files.size() + name;
        uploads.files.put(id, new Uploads.Uploaded(id, name, blobs.put(new ByteArrayInputStream(content))));
        return id;
    }

    /** Begins to read a file that is in the blob store. */
    Import begin(Blob blob, String name) {
        uploads.files.put("up-blob", new Uploads.Uploaded("up-blob", name, blob));
        return imports.begin(ENGINEER, "up-blob", null, null, null);
    }

    /** Reads a file to the end. */
    Import read(byte[] content, String name) throws InterruptedException {
        return read(content, name, null);
    }

    Import read(String content, String name) throws InterruptedException {
        return read(content.getBytes(StandardCharsets.UTF_8), name, null);
    }

    Import read(byte[] content, String name, ImportSettings settings) throws InterruptedException {
        return ended(imports.begin(ENGINEER, upload(content, name), null, null, settings)
                .id());
    }

    /** Waits until an import is no longer being read. */
    Import ended(String id) throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        Runnable look = () -> {
            if (imports.get(ENGINEER, id).state() != Import.State.READING) {
                ended.countDown();
            }
        };
        try (News.Subscription subscription = news.subscribe(News.Topic.DATASETS, changed -> look.run())) {
            look.run();
            if (!ended.await(Duration.ofMinutes(30).toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("The import " + id + " does not end: " + imports.progress(id));
            }
        }
        return imports.get(ENGINEER, id);
    }

    List<StoredBadRow> badRows(Import one) {
        return imports.badRows(ENGINEER, one.id(), 0, 500).items();
    }

    DatasetVersion commit(Import one) {
        return commits.commit(ENGINEER, one.id(), new ImportCommit.Choice(true, null, null, null, null));
    }

    @Override
    public void close() {
        imports.stop();
        database.close();
    }
}
