package io.hearth.ui.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.protocol.WorkerSpec;
import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.blobs.Blob;
import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRegistryTest {
    private static final Actor ENGINEER = new Actor("u-1", "Ada", Role.ENGINEER, "test");

    @TempDir
    Path folder;

    private Database database;
    private BlobStore blobs;
    private ModelRegistry registry;

    @BeforeEach
    void open() {
        HearthHome home = new HearthHome(folder);
        database = Database.open(home.database());
        blobs = new BlobStore(home);
        registry = new ModelRegistry(new ModelStore(), blobs, new AuditLog(Clock.systemUTC()), Clock.systemUTC(), home);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void findsVersionsByEveryKindOfReference() {
        ModelVersion first = base("m", "one");
        ModelVersion second = base("m", "two");
        database.run(h -> registry.alias(h, ENGINEER, "m", "prod", first.id()));

        assertThat(find("m")).isEqualTo(second);
        assertThat(find("m:1")).isEqualTo(first);
        assertThat(find("m@prod")).isEqualTo(first);
        assertThat(find(second.id())).isEqualTo(second);
        for (String wrong : List.of("n", "m:3", "m:x", "m@candidate", "mv-0", "", ":", "@", "m:99999999999999")) {
            assertThatThrownBy(() -> find(wrong))
                    .as(wrong)
                    .isInstanceOfSatisfying(
                            Problem.class, p -> assertThat(p.kind()).isEqualTo(Problem.Kind.NOT_FOUND));
        }
    }

    @Test
    void aJobRegistersOnceHoweverOftenItSays() {
        ModelVersion base = base("base", "weights");
        WorkerSpec.Input file = file("adapter_model.safetensors", "a");
        ModelVersion[] made = new ModelVersion[2];
        for (int i = 0; i < 2; i++) {
            made[i] = database.write(h -> registry.register(
                    h,
                    Actor.SYSTEM,
                    "tuned",
                    ModelVersion.Kind.ADAPTER,
                    base.id(),
                    "job-1",
                    List.of(file),
                    Map.of("seed", 42)));
        }
        assertThat(made[1]).isEqualTo(made[0]);
        assertThat(made[0].version()).isEqualTo(1);
        assertThat(made[0].base()).isEqualTo(base.id());
        assertThat(made[0].contextLength()).isEqualTo(base.contextLength());
        long rows = database.read(h -> h.createQuery("SELECT COUNT(*) FROM audit WHERE action = 'model.register'")
                .mapTo(Long.class)
                .one());
        assertThat(rows).isEqualTo(2);
    }

    @Test
    void theHashDependsOnPathsAndContentsAndNotOnTheirOrder() {
        WorkerSpec.Input a = file("a.json", "1");
        WorkerSpec.Input b = file("b.json", "2");
        assertThat(ContentHash.of(List.of(a, b))).isEqualTo(ContentHash.of(List.of(b, a)));
        assertThat(ContentHash.of(List.of(a, b)))
                .isNotEqualTo(ContentHash.of(List.of(
                        new WorkerSpec.Input("b.json", a.sha256(), 1), new WorkerSpec.Input("a.json", b.sha256(), 1))));
    }

    @Test
    void laysOutSmallFilesOnly() {
        ModelVersion version = database.write(h -> registry.add(
                h,
                ENGINEER,
                new ModelRegistry.NewVersion(
                        "m",
                        ModelVersion.Kind.BASE,
                        null,
                        null,
                        List.of(file("tokenizer.json", "{}"), file("model.safetensors", "w"), file("sub/x.jinja", "y")),
                        null,
                        null,
                        Map.of())));
        Path text = registry.textFiles(version);
        assertThat(text.resolve("tokenizer.json")).hasContent("{}");
        assertThat(text.resolve("sub/x.jinja")).hasContent("y");
        assertThat(text.resolve("model.safetensors")).doesNotExist();
        assertThat(registry.textFiles(version)).isEqualTo(text);
    }

    @Test
    void anAliasPointsOnlyToVersionsOfItsModelAndIsAudited() {
        ModelVersion one = base("one", "1");
        base("two", "2");
        assertThatThrownBy(() -> database.run(h -> registry.alias(h, ENGINEER, "two", "prod", one.id())))
                .isInstanceOf(Problem.class);
        assertThatThrownBy(() -> database.run(h -> registry.alias(h, ENGINEER, "one", "latest", one.id())))
                .isInstanceOf(Problem.class);
        Actor viewer = new Actor("u-2", "Bob", Role.VIEWER, "test");
        assertThatThrownBy(() -> database.run(h -> registry.alias(h, viewer, "one", "prod", one.id())))
                .isInstanceOfSatisfying(Problem.class, p -> assertThat(p.kind()).isEqualTo(Problem.Kind.FORBIDDEN));
        database.run(h -> registry.alias(h, ENGINEER, "one", "candidate", one.id()));
        assertThat(find("one@candidate")).isEqualTo(one);
    }

    @Test
    void refusesNamesThatCouldBeReadAsReferences() {
        for (String wrong : List.of("", " ", "a/b", "a:1", "a@b", "../x", "mv-1", "-a", ".a", "a b", "x".repeat(65))) {
            assertThatThrownBy(() -> base(wrong, "x")).as(wrong).isInstanceOf(Problem.class);
        }
        assertThat(ModelNames.checked(ModelNames.from("../../etc/passwd (1).zip")))
                .isEqualTo("etc-passwd-1-.zip");
        assertThat(ModelNames.checked(ModelNames.from("模型"))).isEqualTo("model-");
    }

    private ModelVersion base(String name, String content) {
        return database.write(h -> registry.add(
                h,
                ENGINEER,
                new ModelRegistry.NewVersion(
                        name,
                        ModelVersion.Kind.BASE,
                        null,
                        null,
                        List.of(file("model.safetensors", content)),
                        1000L,
                        512,
                        Map.of())));
    }

    private ModelVersion find(String reference) {
        return database.read(h -> registry.version(h, reference));
    }

    private WorkerSpec.Input file(String path, String content) {
        Blob blob = blobs.put(new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)));
        return new WorkerSpec.Input(path, blob.sha256(), blob.size());
    }
}
