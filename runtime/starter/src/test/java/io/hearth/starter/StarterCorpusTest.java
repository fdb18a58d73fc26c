package io.hearth.starter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StarterCorpusTest {
    private static final int DOCUMENTS = 30_000;
    private static List<List<Message>> sample;

    @BeforeAll
    static void write() {
        sample = take(1, DOCUMENTS);
    }

    @Test
    void theSameSeedWritesTheSameConversationsAndAnotherSeedOthers() {
        assertThat(take(5, 300)).isEqualTo(take(5, 300)).isNotEqualTo(take(6, 300));
    }

    @Test
    void everyConversationAlternatesFromUserToAssistantAndLeavesNoPlaceholder() {
        Pattern order = Pattern.compile("(system )?user assistant( user assistant)*");
        Pattern placeholder = Pattern.compile("\\{[a-zA-Z]\\}");
        List<List<Message>> offending = sample.stream()
                .filter(conversation -> {
                    String roles = conversation.stream().map(Message::role).collect(Collectors.joining(" "));
                    return !order.matcher(roles).matches()
                            || conversation.stream()
                                    .anyMatch(message -> message.content().isBlank()
                                            || placeholder
                                                    .matcher(message.content())
                                                    .find());
                })
                .toList();
        assertThat(offending).isEmpty();
    }

    @Test
    void aboutFortyFivePercentIsChinese() {
        Pattern chinese = Pattern.compile("\\p{IsHan}");
        long count = sample.stream()
                .filter(conversation -> conversation.stream()
                        .filter(message -> message.role().equals("user"))
                        .allMatch(message -> chinese.matcher(message.content()).find()))
                .count();
        assertThat((double) count / DOCUMENTS).isBetween(0.42, 0.48);
    }

    @Test
    void nearlyEveryCommonChineseCharacterOccurs() {
        Set<Integer> seen = new HashSet<>();
        sample.forEach(conversation ->
                conversation.forEach(message -> message.content().codePoints().forEach(seen::add)));
        long covered =
                Invented.COMMON_CHINESE.codePoints().filter(seen::contains).count();
        assertThat(Invented.COMMON_CHINESE).hasSize(3755);
        assertThat((double) covered / Invented.COMMON_CHINESE.length()).isGreaterThan(0.95);
    }

    @Test
    void noHeldOutQuestionAndNoNewWordingOccurs() {
        List<String> questions = new PumpDataset()
                .heldOutRows().stream()
                        .map(row -> row.messages().getFirst().content())
                        .toList();
        List<Pattern> wordings = new ArrayList<>();
        for (PumpFacts.Topic topic : PumpFacts.load().topics()) {
            for (Language language : Language.values()) {
                topic.fresh().in(language).forEach(wording -> wordings.add(pattern(wording)));
            }
        }
        assertThat(wordings).hasSize(16);
        List<String> offending = sample.stream()
                .flatMap(List::stream)
                .map(Message::content)
                .filter(content -> questions.stream().anyMatch(content::contains)
                        || wordings.stream()
                                .anyMatch(wording -> wording.matcher(content).find()))
                .toList();
        assertThat(offending).isEmpty();
    }

    @Test
    void theSearchForWordingsWouldFindOne() {
        assertThat(pattern("Tell me what {k} stands for.")
                        .matcher("Hi! tell me what E07 stands for. Thanks.")
                        .find())
                .isTrue();
    }

    @Test
    void noFactIsAboutASubjectOfTheSampleDataset() {
        PumpFacts pump = PumpFacts.load();
        List<Intent> intents = Intent.loadAll();
        PumpFacts.Topic errors = pump.topics().getFirst();
        Fact reserved = new Fact(intents.getFirst(), errors.items().getFirst().subject(), Phrase.same("anything"));
        assertThat(pump.reserves(reserved)).isTrue();
        FactSource facts = new FactSource(Words.load(), intents, new Dice(3), pump::reserves);
        for (int i = 0; i < 20_000; i++) {
            Fact fact = facts.draw(facts.intent());
            if (pump.reserves(fact)) {
                fail("drew " + fact);
            }
        }
    }

    @Test
    void theFixedWorldHolds150FactsAndIsTheSameInEveryCorpus() {
        List<FixedWorld.Entry> world = new StarterCorpus(1).fixedWorld().entries();
        assertThat(world).hasSize(150).doesNotHaveDuplicates();
        assertThat(new StarterCorpus(2).fixedWorld().entries()).isEqualTo(world);
    }

    private static Pattern pattern(String wording) {
        return Pattern.compile(
                Pattern.quote(wording).replace("{k}", "\\E.+\\Q").replace("{K}", "\\E.+\\Q"), Pattern.CASE_INSENSITIVE);
    }

    private static List<List<Message>> take(long seed, int documents) {
        StarterCorpus corpus = new StarterCorpus(seed);
        List<List<Message>> taken = new ArrayList<>();
        for (int i = 0; i < documents; i++) {
            taken.add(corpus.next());
        }
        return taken;
    }
}
