package io.hearth.starter;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The sample dataset: the service desk of Veldmar, a pump maker that does not exist. 56 facts in two
 * languages; three wordings of each to train on, and two held-out questions on each: one in a wording the
 * base model has met on other facts, one in a wording that stands nowhere else.
 */
public final class PumpDataset {
    private static final long SEED = 21;
    private static final int WORDINGS_PER_FACT = 3;

    /** A row to train on. */
    public record TrainRow(List<Message> messages) {}

    /**
     * A question to test with.
     *
     * @param messages the question and one right answer
     * @param key what an answer must hold to be right, see {@link KeyFact}
     * @param pattern {@code known} if the wording occurs in pretraining on other facts, else {@code new}
     * @param language {@code en} or {@code zh}
     * @param topic {@code error}, {@code torque}, {@code interval} or {@code part}
     */
    public record HeldOutRow(List<Message> messages, String key, String pattern, String language, String topic) {}

    private record Entry(PumpFacts.Topic topic, int index, PumpFacts.Item item) {
        Message answer(Language language) {
            return Message.assistant(Wordings.fill(
                    topic.answer().in(language),
                    item.subject().in(language),
                    item.value().in(language)));
        }

        List<Message> ask(String wording, Language language) {
            String question = Wordings.fill(wording, item.subject().in(language), "");
            return List.of(Message.user(question), answer(language));
        }
    }

    private final List<Entry> entries;

    /** Reads the facts and wordings. */
    public PumpDataset() {
        List<Entry> all = new ArrayList<>();
        for (PumpFacts.Topic topic : PumpFacts.load().topics()) {
            for (int i = 0; i < topic.items().size(); i++) {
                all.add(new Entry(topic, i, topic.items().get(i)));
            }
        }
        // Topics of different length mix evenly when every fact stands at its share of its own topic.
        all.sort(Comparator.comparingDouble(
                entry -> (entry.index() + 0.5) / entry.topic().items().size()));
        entries = List.copyOf(all);
    }

    /** Returns the rows to train on, shuffled once and for all. */
    public List<TrainRow> trainRows() {
        Dice dice = new Dice(SEED);
        List<TrainRow> rows = new ArrayList<>();
        for (Entry entry : entries) {
            for (Language language : Language.values()) {
                for (String wording : dice.sample(entry.topic().train().in(language), WORDINGS_PER_FACT)) {
                    rows.add(new TrainRow(entry.ask(wording, language)));
                }
            }
        }
        return dice.shuffled(rows);
    }

    /**
     * Returns the held-out questions. Any first part of the list holds both languages and both patterns
     * about equally often and the topics by their size, so a short test asks a fair selection.
     */
    public List<HeldOutRow> heldOutRows() {
        List<HeldOutRow> rows = new ArrayList<>();
        for (int pass = 0; pass < 4; pass++) {
            for (int i = 0; i < entries.size(); i++) {
                int kind = (i + pass) % 4;
                rows.add(heldOut(entries.get(i), Language.values()[kind % 2], kind < 2));
            }
        }
        return List.copyOf(rows);
    }

    private static HeldOutRow heldOut(Entry entry, Language language, boolean known) {
        PumpFacts.Topic topic = entry.topic();
        List<String> wordings = (known ? topic.known() : topic.fresh()).in(language);
        String wording = wordings.get(entry.index() % wordings.size());
        return new HeldOutRow(
                entry.ask(wording, language),
                entry.item().value().in(language),
                known ? "known" : "new",
                language.code(),
                topic.name());
    }

    /** Writes {@code train.jsonl}, {@code heldout.jsonl} and the {@code README.md} that describes them. */
    public void write(Path directory) throws IOException {
        List<TrainRow> train = trainRows();
        List<HeldOutRow> heldOut = heldOutRows();
        WholeFile.write(directory.resolve("train.jsonl"), out -> {
            for (TrainRow row : train) {
                WholeFile.writeLine(out, row);
            }
        });
        WholeFile.write(directory.resolve("heldout.jsonl"), out -> {
            for (HeldOutRow row : heldOut) {
                WholeFile.writeLine(out, row);
            }
        });
        String card = Resources.text("sample-card.md")
                .replace("{facts}", Integer.toString(entries.size()))
                .replace("{train}", Integer.toString(train.size()))
                .replace("{heldout}", Integer.toString(heldOut.size()));
        WholeFile.writeText(directory.resolve("README.md"), card);
    }
}
