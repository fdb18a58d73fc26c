package io.hearth.ui.datasets;

import static io.hearth.ui.datasets.DatasetsFixture.ENGINEER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.datasets.reading.ImportSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportTest {
    @TempDir
    Path folder;

    private DatasetsFixture datasets;

    @BeforeEach
    void open() {
        datasets = new DatasetsFixture(folder);
    }

    @AfterEach
    void close() {
        datasets.close();
    }

    @Test
    void makesAVersionOfTheSample() throws Exception {
        Import one = datasets.read(Files.readAllBytes(Path.of("../runtime/starter/sample/train.jsonl")), "train.jsonl");
        assertThat(one.failure()).isNull();
        assertThat(one.state()).isEqualTo(Import.State.READY);
        assertThat(one.report().training().rows()).isEqualTo(336);
        assertThat(one.report().badRows()).isZero();
        assertThat(one.report().training().settings().encoding()).isEqualTo("utf-8");
        DatasetVersion version = datasets.commits.commit(ENGINEER, one.id(), ImportCommit.Choice.DEFAULT);
        assertThat(version.rows()).isEqualTo(336);
        assertThat(version.evaluationRows()).isBetween(20L, 34L);
        assertThat(version.name()).isEqualTo("train");
        assertThat(version.shape()).isEqualTo("messages");
        assertThat(Files.readAllLines(datasets.blobs.path(version.trainBlob()))).hasSize((int) version.trainRows());
        assertThat(datasets.commits.commit(ENGINEER, one.id(), ImportCommit.Choice.DEFAULT))
                .isEqualTo(version);
        assertThat(datasets.database.<DatasetVersion>read(h -> datasets.catalog.version(h, "train:1")))
                .isEqualTo(version);
    }

    @Test
    void goingOnWithoutBadRowsMustBeSaidAndIsRecorded() throws Exception {
        Import one = datasets.read("""
                {"prompt":"a","completion":"b"}
                {"prompt":"c","completion":""}
                {"prompt":"d","completion":"e"}
                """, "x.jsonl");
        assertThat(datasets.badRows(one)).singleElement().satisfies(row -> {
            assertThat(row.line()).isEqualTo(2);
            assertThat(row.code()).isEqualTo("answer-empty");
        });
        assertThatThrownBy(() -> datasets.commits.commit(ENGINEER, one.id(), ImportCommit.Choice.DEFAULT))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("1 rows cannot be used");
        DatasetVersion version = datasets.commit(one);
        VersionFacts facts = datasets.catalog.version(ENGINEER, version.id()).facts();
        assertThat(facts.badRows()).isEqualTo(1);
        assertThat(facts.badRowsLeftOutBy()).isEqualTo("Ada");
        String audited =
                datasets.database.read(h -> h.createQuery("SELECT details FROM audit WHERE action = 'dataset.commit'")
                        .mapTo(String.class)
                        .one());
        assertThat(audited).contains("\"badRowsLeftOut\":1");
    }

    @Test
    void aMappingCanBeChosen() throws Exception {
        Import one = datasets.read("first,second\nhow old,seven\nhow far,nine\n", "x.csv");
        assertThat(one.state()).isEqualTo(Import.State.FAILED);
        assertThat(one.failure().key()).isEqualTo("datasets.file.no-mapping");
        assertThat(one.report().training().columns()).containsExactly("first", "second");
        ImportSettings settings = ImportSettings.AUTOMATIC.withMapping(
                "prompt-completion", Map.of("prompt", "first", "completion", "second"));
        datasets.imports.settle(ENGINEER, one.id(), settings);
        Import again = datasets.ended(one.id());
        assertThat(again.state()).isEqualTo(Import.State.READY);
        assertThat(again.report().rows()).isEqualTo(2);
        assertThat(datasets.pages.ofImport(ENGINEER, one.id(), 0, 10).items())
                .extracting(row -> row.row().toString())
                .containsExactly(
                        "{\"prompt\":\"how old\",\"completion\":\"seven\"}",
                        "{\"prompt\":\"how far\",\"completion\":\"nine\"}");
    }

    @Test
    void duplicatesAndContradictionsAreShownWithTheirLines() throws Exception {
        Import one = datasets.read("""
                question,answer
                What is it?,A pump
                What is it?,A valve
                Who?,Bob
                Who?,Bob
                Who?,Bob
                Where?,There
                """, "x.csv");
        assertThat(one.report().findings().duplicateGroups()).isEqualTo(1);
        assertThat(one.report().findings().copies()).isEqualTo(2);
        assertThat(one.report().findings().contradictionGroups()).isEqualTo(1);
        assertThat(one.report().findings().contradictingRows()).isEqualTo(2);
        assertThat(datasets.pages
                        .groups(ENGINEER, one.id(), "duplicates", 0, 10)
                        .items()
                        .getFirst()
                        .rows())
                .extracting(RowPages.ShownRow::line)
                .containsExactly(4L, 5L, 6L);
        assertThat(datasets.pages
                        .groups(ENGINEER, one.id(), "contradictions", 0, 10)
                        .items()
                        .getFirst()
                        .rows())
                .extracting(RowPages.ShownRow::line)
                .containsExactlyInAnyOrder(2L, 3L);
        DatasetVersion version =
                datasets.commits.commit(ENGINEER, one.id(), new ImportCommit.Choice(null, true, null, 0.0, null));
        assertThat(version.rows()).isEqualTo(4);
        assertThat(version.evaluationBlob()).isNull();
    }

    @Test
    void leaksFromASeparateEvaluationFileAreFound() throws Exception {
        String training = "question,answer\nHow do I reset the pressure valve of the pump?,Turn it left\n"
                + "Which oil does the compressor need?,Oil 46\n";
        String evaluation = "question,answer\nHow do I reset the pressure valve of a pump?,To the left\n"
                + "Who signs the maintenance report?,The foreman\n";
        Import begun = datasets.imports.begin(
                ENGINEER,
                datasets.upload(training.getBytes(), "t.csv"),
                "leaky",
                datasets.upload(evaluation.getBytes(), "e.csv"),
                null);
        Import one = datasets.ended(begun.id());
        assertThat(one.failure()).isNull();
        assertThat(one.report().findings().leaks()).isEqualTo(1);
        DatasetVersion version =
                datasets.commits.commit(ENGINEER, one.id(), new ImportCommit.Choice(null, null, true, null, null));
        assertThat(version.trainRows()).isEqualTo(1);
        assertThat(version.evaluationRows()).isEqualTo(2);
    }

    @Test
    void versionsDiffer() throws Exception {
        DatasetVersion first = datasets.commit(datasets.read(
                "{\"prompt\":\"a\",\"completion\":\"1\"}\n{\"prompt\":\"b\",\"completion\":\"2\"}\n"
                        + "{\"prompt\":\"c\",\"completion\":\"3\"}\n",
                "d.jsonl"));
        DatasetVersion second = datasets.commit(datasets.read(
                "{\"prompt\":\"a\",\"completion\":\"1\"}\n{\"prompt\":\"b\",\"completion\":\"9\"}\n"
                        + "{\"prompt\":\"e\",\"completion\":\"5\"}\n{\"prompt\":\"f\",\"completion\":\"6\"}\n",
                "d.jsonl"));
        assertThat(second.version()).isEqualTo(2);
        RowPages.ShownDifference difference = datasets.pages.difference(ENGINEER, "d:1", "d:2", 0, 50);
        assertThat(difference.counts()).hasToString("Counts[added=2, removed=1, changed=1, same=1]");
        assertThat(difference.changes().items())
                .extracting(RowPages.ShownChange::kind)
                .containsExactlyInAnyOrder("added", "added", "removed", "changed");
        assertThat(difference.changes().items().stream()
                        .filter(change -> change.kind().equals("changed"))
                        .findFirst()
                        .orElseThrow()
                        .before()
                        .get("completion")
                        .asText())
                .isEqualTo("2");
        assertThat(first.hash()).isNotEqualTo(second.hash());
    }

    @Test
    void whatIsNeededIsNotDeleted() throws Exception {
        String[] needed = {""};
        try (DatasetsFixture other = new DatasetsFixture(
                folder.resolve("other"),
                (h, version) -> version.equals(needed[0]) ? List.of(Sentence.of("core.role.viewer")) : List.of())) {
            DatasetVersion version = other.commit(other.read("question,answer\na,b\nc,d\n", "x.csv"));
            needed[0] = version.id();
            assertThatThrownBy(() -> other.catalog.deleteVersion(ENGINEER, version.id()))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("viewer");
            assertThatThrownBy(() -> other.catalog.delete(ENGINEER, "x")).isInstanceOf(Problem.class);
            needed[0] = "";
            other.catalog.delete(ENGINEER, "x");
            assertThat(other.catalog.list(ENGINEER, null, 0, 10).total()).isZero();
        }
    }

    @Test
    void rowsArePagedAndFound() throws Exception {
        StringBuilder file = new StringBuilder("question,answer\n");
        for (int i = 0; i < 700; i++) {
            file.append("Number ").append(i * 7919).append("?,It is ").append(i).append('\n');
        }
        DatasetVersion version = datasets.commit(datasets.read(file.toString(), "n.csv"));
        assertThat(datasets.pages
                        .ofVersion(ENGINEER, version.id(), null, null, 695, 50)
                        .items())
                .hasSize(5);
        assertThat(datasets.pages
                        .ofVersion(ENGINEER, version.id(), "training", null, 300, 50)
                        .items())
                .hasSize(50)
                .allSatisfy(row -> assertThat(row.part()).isEqualTo("training"));
        assertThat(datasets.pages
                        .ofVersion(ENGINEER, version.id(), null, "IT IS 69", 0, 50)
                        .total())
                .isEqualTo(11);
        assertThat(datasets.pages
                        .ofVersion(ENGINEER, version.id(), "evaluation", null, 0, 500)
                        .items())
                .hasSize((int) version.evaluationRows());
    }
}
