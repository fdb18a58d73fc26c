package io.hearth.ui.models;

import io.hearth.protocol.WorkerSpec;
import io.hearth.ui.blobs.Blob;
import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.News;
import io.hearth.ui.models.bundle.BadBundle;
import io.hearth.ui.models.bundle.Bundle;
import io.hearth.ui.models.bundle.FolderBundle;
import io.hearth.ui.models.check.FileRules;
import io.hearth.ui.models.check.Finding;
import io.hearth.ui.models.check.ModelCheck;
import io.hearth.ui.models.check.ModelFacts;
import io.hearth.ui.models.check.ModelReport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Takes one import to its end, from whatever state it is in. */
final class ModelImporter {
    private static final long PROGRESS_MILLIS = 500;
    private static final int MOST_REMARKS = 50;

    private final Database database;
    private final ModelImportStore store;
    private final ModelStore models;
    private final ModelRegistry registry;
    private final BlobStore blobs;
    private final ImportRoots roots;
    private final News news;
    private final Clock clock;
    private final long reserve;

    ModelImporter(
            Database database,
            ModelImportStore store,
            ModelStore models,
            ModelRegistry registry,
            BlobStore blobs,
            ImportRoots roots,
            News news,
            Clock clock,
            long reserve) {
        this.database = database;
        this.store = store;
        this.models = models;
        this.registry = registry;
        this.blobs = blobs;
        this.roots = roots;
        this.news = news;
        this.clock = clock;
        this.reserve = reserve;
    }

    /** A person has stopped the import. */
    private static final class Stopped extends RuntimeException {
        Stopped() {
            super(null, null, false, false);
        }
    }

    /** Runs an import to its end; its folder is gone afterwards. */
    void run(String id, Path folder) throws IOException {
        Staging staging = new Staging(folder);
        try {
            ModelImport row = reload(id);
            if (row.state() == ModelImport.State.READING) {
                List<Finding> refused = new ArrayList<>();
                List<Finding> remarks = new ArrayList<>();
                read(row, staging, refused, remarks);
                check(row, staging, refused, remarks);
                row = reload(id);
            } else if (row.state() == ModelImport.State.CHECKING) {
                check(row, staging, List.of(), new ArrayList<>(row.remarks()));
                row = reload(id);
            }
            if (row.state() == ModelImport.State.STORING) {
                keep(row, staging);
            }
        } catch (BadBundle e) {
            fail(id, List.of(new Finding(e.file(), e.reason())), List.of());
        } catch (Stopped e) {
            publish(id);
        }
        if (reload(id).state().last()) {
            staging.delete();
        }
    }

    /** Fails an import for a reason that is ours or the machine's. */
    void fail(String id, List<Finding> problems, List<Finding> remarks) {
        database.run(h -> store.fail(h, id, problems, remarks, clock.millis()));
        publish(id);
    }

    private void read(ModelImport row, Staging staging, List<Finding> refused, List<Finding> remarks)
            throws IOException, BadBundle {
        Bundle bundle = bundle(row);
        long total = bundle.totalBytes();
        long free = staging.files().toFile().getUsableSpace() - reserve;
        if (total
                > free
                        + staging.all().stream()
                                .mapToLong(WorkerSpec.Input::size)
                                .sum()) {
            throw new BadBundle("", "models.import.disk", total, Math.max(0, free));
        }
        Progress progress = new Progress(row.id(), total);
        bundle.read((path, size, content) -> {
            switch (FileRules.of(path)) {
                case FileRules.Rule.Refuse rule -> refused.add(new Finding(path, rule.reason()));
                case FileRules.Rule.LeaveOut rule -> {
                    if (remarks.size() < MOST_REMARKS) {
                        remarks.add(new Finding(path, rule.reason()));
                    }
                }
                case FileRules.Rule.Take rule -> {
                    if (staging.find(path, size) != null) {
                        progress.add(size);
                        return;
                    }
                    if (staging.files().toFile().getUsableSpace() - size < reserve) {
                        throw new BadBundle(path, "models.import.disk", size, Math.max(0, free));
                    }
                    try (InputStream in = content.open()) {
                        staging.write(path, in, progress::add);
                    }
                }
            }
        });
        progress.write();
    }

    private Bundle bundle(ModelImport row) throws IOException, BadBundle {
        if (row.origin() == ModelImport.Origin.UPLOAD) {
            return Bundle.ofArchive(blobs.path(row.source()));
        }
        ImportRoots.Allowed allowed = roots.allowed(row.source());
        return new FolderBundle(allowed.root(), allowed.folder());
    }

    private void check(ModelImport row, Staging staging, List<Finding> refused, List<Finding> remarks)
            throws IOException {
        move(row.id(), ModelImport.State.CHECKING, remarks, null);
        Path root = root(staging.files());
        Path base = row.base() == null ? null : registry.textFiles(database.read(h -> registry.version(h, row.base())));
        ModelReport report = ModelCheck.check(root, base);
        List<Finding> problems = new ArrayList<>(refused);
        problems.addAll(report.problems());
        List<Finding> all = new ArrayList<>(remarks);
        all.addAll(report.remarks());
        if (!problems.isEmpty()) {
            fail(row.id(), problems, all);
        } else {
            move(row.id(), ModelImport.State.STORING, all, report.facts());
        }
    }

    /** The folder with the model in it: the top, or the one folder that encloses all. */
    private static Path root(Path files) throws IOException {
        Path root = files;
        while (!ModelCheck.looksLikeOne(root)) {
            List<Path> entries;
            try (Stream<Path> list = Files.list(root)) {
                entries = list.toList();
            }
            List<Path> folders = entries.stream().filter(Files::isDirectory).toList();
            if (folders.size() != 1) {
                return files;
            }
            root = folders.getFirst();
        }
        return root;
    }

    private void keep(ModelImport row, Staging staging) throws IOException {
        // The root is told from the journal, because files that became blobs before a kill are not in the folder any
        // more.
        String prefix = prefix(staging.all());
        List<WorkerSpec.Input> files = new ArrayList<>();
        for (WorkerSpec.Input file : staging.all()) {
            Path path = staging.files().resolve(file.path());
            if (Files.exists(path)) {
                Blob blob = blobs.adopt(path);
                if (!blob.sha256().equals(file.sha256())) {
                    throw new IOException("A file changed while it was imported.");
                }
            } else if (!blobs.has(file.sha256())) {
                throw new IOException("A file is missing that was read before.");
            }
            if (file.path().startsWith(prefix)) {
                files.add(new WorkerSpec.Input(file.path().substring(prefix.length()), file.sha256(), file.size()));
            }
        }
        register(row, files);
    }

    private static String prefix(List<WorkerSpec.Input> files) {
        for (String name : List.of("config.json", "adapter_config.json")) {
            Optional<String> shortest = files.stream()
                    .map(WorkerSpec.Input::path)
                    .filter(path -> path.equals(name) || path.endsWith("/" + name))
                    .min(java.util.Comparator.comparingInt(String::length));
            if (shortest.isPresent()) {
                return shortest.get().substring(0, shortest.get().length() - name.length());
            }
        }
        return "";
    }

    private void register(ModelImport row, List<WorkerSpec.Input> files) {
        ModelFacts facts = row.facts();
        String hash = ContentHash.of(files);
        database.run(h -> {
            if (store.find(h, row.id()).orElseThrow().state().last()) {
                return;
            }
            Optional<ModelVersion> same = models.byHash(h, hash);
            if (same.isPresent()) {
                store.ready(h, row.id(), same.get().id(), true, clock.millis());
                return;
            }
            Actor owner = store.owner(h, row.id());
            Integer context = facts.contextLength();
            Long parameters = facts.parameters();
            if (facts.adapter()) {
                ModelVersion base = registry.version(h, row.base());
                context = base.contextLength();
                parameters = base.parameters();
            }
            Map<String, Object> lineage = new TreeMap<>();
            lineage.put("import", row.id());
            lineage.put("source", row.sourceName());
            lineage.put("family", facts.family());
            lineage.put("chatTemplate", facts.chatTemplate());
            ModelVersion version = registry.add(
                    h,
                    owner,
                    new ModelRegistry.NewVersion(
                            row.model(),
                            facts.adapter() ? ModelVersion.Kind.ADAPTER : ModelVersion.Kind.BASE,
                            facts.adapter() ? row.base() : null,
                            null,
                            files,
                            parameters,
                            context,
                            lineage));
            store.ready(h, row.id(), version.id(), false, clock.millis());
        });
        publish(row.id());
    }

    private void move(String id, ModelImport.State to, List<Finding> remarks, ModelFacts facts) {
        if (!database.write(h -> store.move(h, id, to, remarks, facts, clock.millis()))) {
            throw new Stopped();
        }
        publish(id);
    }

    private ModelImport reload(String id) {
        return database.read(h -> store.find(h, id)).orElseThrow();
    }

    private void publish(String id) {
        news.publish(News.Topic.MODELS, id);
    }

    /** Counts bytes, writes the count down now and then, and notices when a person has stopped the import. */
    private final class Progress {
        private final String id;
        private final long total;
        private long done;
        private long last;

        Progress(String id, long total) {
            this.id = id;
            this.total = total;
        }

        void add(long bytes) {
            done += bytes;
            if (clock.millis() - last >= PROGRESS_MILLIS) {
                write();
            }
        }

        void write() {
            last = clock.millis();
            boolean stopped = database.write(h -> {
                store.progress(h, id, Math.min(done, Math.max(total, done)), Math.max(total, done));
                return store.find(h, id).map(row -> row.state().last()).orElse(true);
            });
            publish(id);
            if (stopped) {
                throw new Stopped();
            }
        }
    }
}
