package io.hearth.ui.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.models.bundle.TarWriter;
import io.hearth.ui.models.check.TinyModel;
import io.hearth.ui.uploads.Uploads;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelImportsTest {
    private static final Actor ENGINEER = new Actor("u-1", "Ada", Role.ENGINEER, "test");

    @TempDir
    Path folder;

    private HearthHome home;
    private Database database;
    private BlobStore blobs;
    private ImportRoots roots;
    private ModelStore models;
    private ModelRegistry registry;
    private ModelImports imports;
    private Path uploaded;

    @BeforeEach
    void open() {
        home = new HearthHome(folder.resolve("home"));
        home.folder(".");
        database = Database.open(home.database());
        start();
    }

    private void start() {
        Clock clock = Clock.systemUTC();
        AuditLog audit = new AuditLog(clock);
        blobs = new BlobStore(home);
        roots = new ImportRoots(home, List.of(), List.of());
        models = new ModelStore();
        registry = new ModelRegistry(models, blobs, audit, clock, home);
        imports = new ModelImports(
                database,
                new ModelImportStore(),
                models,
                registry,
                new OneUpload(),
                blobs,
                roots,
                audit,
                new News(),
                clock,
                home,
                1);
    }

    @AfterEach
    void close() {
        imports.close();
        database.close();
    }

    private final class OneUpload implements Uploads {
        @Override
        public Uploaded finished(Actor actor, String upload) {
            try (InputStream in = Files.newInputStream(uploaded)) {
                return new Uploaded(upload, uploaded.getFileName().toString(), blobs.put(in));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void forget(String upload) {}
    }

    @Test
    void anArchiveWithAnEnclosingFolderBecomesAVersionAndTheSameAgainIsKnown() throws Exception {
        uploaded = pack(TinyModel.write(folder.resolve("tiny")), "tiny/");
        ModelImport first = ended(imports.fromUpload(ENGINEER, null, "up-1", null));
        assertThat(first.state()).as(first.problems().toString()).isEqualTo(ModelImport.State.READY);
        assertThat(first.known()).isFalse();
        ModelVersion version = database.read(h -> registry.version(h, first.model()));
        assertThat(version.id()).isEqualTo(first.version());
        assertThat(version.contextLength()).isEqualTo(64);
        assertThat(version.files()).extracting(file -> file.path()).contains("config.json", "model.safetensors");
        version.files().forEach(file -> assertThat(blobs.has(file.sha256())).isTrue());

        ModelImport again = ended(imports.fromUpload(ENGINEER, "other", "up-2", null));
        assertThat(again.known()).isTrue();
        assertThat(again.version()).isEqualTo(first.version());
        assertThat(home.folder("models/imports")).isEmptyDirectory();
    }

    @Test
    void everythingThatIsWrongIsToldAndNothingStays() throws Exception {
        Path model = TinyModel.write(home.folder("import").resolve("bad"));
        Files.writeString(model.resolve("pytorch_model.bin"), "pickle");
        Files.writeString(model.resolve("modeling.py"), "import os");
        Files.delete(model.resolve("tokenizer.json"));
        ModelImport row = ended(imports.fromFolder(ENGINEER, null, model.toString(), null));
        assertThat(row.state()).isEqualTo(ModelImport.State.FAILED);
        assertThat(row.problems())
                .extracting(problem -> problem.file())
                .contains("pytorch_model.bin", "modeling.py", "tokenizer.json");
        assertThat(database.read(models::modelCount)).isZero();
        assertThat(home.folder("models/imports")).isEmptyDirectory();
    }

    @Test
    void aFolderOutsideOfTheRootsIsRefusedHoweverItIsReached() throws Exception {
        Path outside = TinyModel.write(folder.resolve("outside"));
        Path link = home.folder("import").resolve("link");
        Files.createSymbolicLink(link, outside);
        for (String path : List.of(
                outside.toString(),
                link.toString(),
                home.folder("import") + "/../../outside",
                "/etc",
                "",
                "relative")) {
            assertThatThrownBy(() -> imports.fromFolder(ENGINEER, null, path, null))
                    .as(path)
                    .isInstanceOf(Problem.class);
        }
    }

    @Test
    void goesOnAfterARestartWithWhatWasRead() throws Exception {
        Path model = TinyModel.write(home.folder("import").resolve("tiny"));
        imports.close();
        // What a killed process leaves: a row that reads, one file complete and noted, one half written, a torn note.
        ModelImport begun = new ModelImport(
                "mi-1",
                "tiny",
                ModelImport.Origin.FOLDER,
                model.toRealPath().toString(),
                "tiny",
                null,
                ModelImport.State.READING,
                0,
                0,
                List.of(),
                List.of(),
                null,
                null,
                false,
                "u-1",
                1);
        database.run(h -> new ModelImportStore().insert(h, begun, ENGINEER));
        Path staging = home.folder("models/imports/mi-1");
        Staging kept = new Staging(staging);
        byte[] config = Files.readAllBytes(model.resolve("config.json"));
        kept.write("config.json", new ByteArrayInputStream(config), bytes -> {});
        Files.writeString(staging.resolve("part"), "half of it");
        Files.writeString(
                staging.resolve("journal.jsonl"), "{\"path\":\"model.saf", java.nio.file.StandardOpenOption.APPEND);
        start();
        imports.resumeAll();
        ModelImport row = ended(begun);
        assertThat(row.state()).as(row.problems().toString()).isEqualTo(ModelImport.State.READY);
        assertThat(database.read(h -> registry.version(h, "tiny")).files()).hasSize(5);
    }

    @Test
    void aVersionThatIsNeededIsNotDeletedAndTheAnswerSaysByWhom() throws Exception {
        uploaded = pack(TinyModel.write(folder.resolve("tiny")), "");
        ModelImport row = ended(imports.fromUpload(ENGINEER, "tiny", "up-1", null));
        boolean[] needed = {true};
        Models.Dependant dependant = new Models.Dependant() {
            @Override
            public List<Sentence> needing(Handle handle, String version) {
                return needed[0] ? List.of(Sentence.of("models.needed.adapter", "someone", 1)) : List.of();
            }
        };
        ModelService service = new ModelService(
                database, models, registry, List.of(dependant), List.of(), new AuditLog(Clock.systemUTC()), new News());
        service.alias(ENGINEER, "tiny", "prod", row.version(), null);
        assertThatThrownBy(() -> service.delete(ENGINEER, row.version()))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("tiny@prod")
                .hasMessageContaining("someone:1");
        service.removeAlias(ENGINEER, "tiny", "prod");
        needed[0] = false;
        service.delete(ENGINEER, row.version());
        assertThat(database.read(models::modelCount)).isZero();
        ModelImport again = ended(imports.fromUpload(ENGINEER, "tiny", "up-2", null));
        assertThat(database.read(h -> registry.version(h, again.version())).version())
                .isEqualTo(2);
    }

    @Test
    void lineageGoesFromDatasetAndBaseOverTheJobToTheAdapter() throws Exception {
        uploaded = pack(TinyModel.write(folder.resolve("tiny")), "");
        ModelImport row = ended(imports.fromUpload(ENGINEER, "tiny", "up-1", null));
        ModelVersion adapter = database.write(h -> registry.register(
                h,
                ENGINEER,
                "tuned",
                ModelVersion.Kind.ADAPTER,
                row.version(),
                "job-1",
                List.of(),
                Map.of("jobName", "My job", "dataset", Map.of("id", "dv-1", "name", "desk", "version", 2))));
        ModelService service = new ModelService(
                database, models, registry, List.of(), List.of(), new AuditLog(Clock.systemUTC()), new News());
        LineageDrawing drawing = service.lineage(ENGINEER, adapter.id());
        assertThat(drawing.nodes())
                .extracting(LineageDrawing.Node::label)
                .containsExactlyInAnyOrder("tiny:1", "desk:2", "My job", "tuned:1");
        assertThat(drawing.edges())
                .containsExactlyInAnyOrder(
                        new LineageDrawing.Edge("dv-1", "job-1"),
                        new LineageDrawing.Edge(row.version(), "job-1"),
                        new LineageDrawing.Edge("job-1", adapter.id()));
        assertThat(service.lineage(ENGINEER, row.version()).edges())
                .contains(new LineageDrawing.Edge(row.version(), adapter.id()));
    }

    private ModelImport ended(ModelImport begun) throws InterruptedException {
        for (int i = 0; i < 3000; i++) {
            ModelImport row = imports.get(ENGINEER, begun.id());
            Path staging = home.directory().resolve("models/imports").resolve(begun.id());
            if (row.state().last() && Files.notExists(staging)) {
                return row;
            }
            Thread.sleep(10);
        }
        throw new AssertionError("the import does not end: " + imports.get(ENGINEER, begun.id()));
    }

    private Path pack(Path model, String prefix) throws IOException {
        Path tar = folder.resolve("model.tar");
        try (OutputStream out = Files.newOutputStream(tar);
                Stream<Path> files = Files.list(model)) {
            TarWriter writer = new TarWriter(out);
            for (Path file : files.sorted().toList()) {
                writer.add(prefix + file.getFileName(), file);
            }
            writer.finish();
        }
        assertThat(new String(Files.readAllBytes(tar), StandardCharsets.ISO_8859_1))
                .contains("ustar");
        return tar;
    }
}
