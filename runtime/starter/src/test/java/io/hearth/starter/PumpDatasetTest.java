package io.hearth.starter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PumpDatasetTest {
    private final PumpDataset dataset = new PumpDataset();

    @Test
    void theWrittenFilesAreTheOnesThatAreShipped(@TempDir Path directory) throws Exception {
        dataset.write(directory);
        for (String name : List.of("train.jsonl", "heldout.jsonl", "README.md")) {
            assertThat(Files.readString(directory.resolve(name)))
                    .as(name)
                    .isEqualTo(Files.readString(Path.of("sample", name)));
        }
    }

    @Test
    void holdsThreeWordingsOfEachFactInEachLanguage() {
        assertThat(dataset.trainRows()).hasSize(56 * 2 * 3).doesNotHaveDuplicates();
        assertThat(dataset.heldOutRows()).hasSize(56 * 2 * 2).doesNotHaveDuplicates();
    }

    @Test
    void everyHeldOutAnswerHoldsItsKeyAndIsTaughtInOtherWords() {
        Set<String> questions = dataset.trainRows().stream()
                .map(row -> row.messages().getFirst().content())
                .collect(Collectors.toSet());
        Set<String> answers = dataset.trainRows().stream()
                .map(row -> row.messages().getLast().content())
                .collect(Collectors.toSet());
        for (PumpDataset.HeldOutRow row : dataset.heldOutRows()) {
            String answer = row.messages().getLast().content();
            assertThat(KeyFact.matches(answer, row.key())).as(answer).isTrue();
            assertThat(answers).contains(answer);
            assertThat(questions).doesNotContain(row.messages().getFirst().content());
        }
    }

    @Test
    void keysAreDifferentWithinATopicSoThatNoWrongFactCountsAsRight() {
        for (PumpDataset.HeldOutRow row : dataset.heldOutRows()) {
            long matching = dataset.heldOutRows().stream()
                    .filter(other -> other.topic().equals(row.topic())
                            && other.language().equals(row.language())
                            && other.pattern().equals(row.pattern()))
                    .filter(other -> KeyFact.matches(other.messages().getLast().content(), row.key()))
                    .count();
            assertThat(matching).as(row.key()).isEqualTo(1);
        }
    }

    @Test
    void theFirstRowsAreAFairSelection() {
        List<PumpDataset.HeldOutRow> first = dataset.heldOutRows().subList(0, 32);
        assertThat(first).filteredOn(row -> row.pattern().equals("known")).hasSize(16);
        assertThat(first).filteredOn(row -> row.language().equals("en")).hasSize(16);
        for (String topic : List.of("error", "torque", "interval", "part")) {
            assertThat(first).filteredOn(row -> row.topic().equals(topic)).hasSizeBetween(5, 13);
        }
    }

    @Test
    void knownWordingsOccurInPretrainingAndAreNotTrainedOn() {
        List<Intent> intents = Intent.loadAll();
        for (PumpFacts.Topic topic : PumpFacts.load().topics()) {
            Intent intent = intents.stream()
                    .filter(candidate -> candidate.name().equals(topic.name()))
                    .findFirst()
                    .orElseThrow();
            for (Language language : Language.values()) {
                assertThat(intent.in(language).questions())
                        .containsAll(topic.known().in(language))
                        .doesNotContainAnyElementsOf(topic.fresh().in(language));
                assertThat(topic.train().in(language))
                        .doesNotContainAnyElementsOf(topic.known().in(language))
                        .doesNotContainAnyElementsOf(topic.fresh().in(language));
            }
        }
    }
}
