package io.hearth.starter;

import io.hearth.engine.checkpoint.CheckpointException;
import io.hearth.engine.train.JobException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line that makes the starter model's text, tokenizer and first weights, and the sample dataset. */
@Command(
        name = "starter",
        description = "Makes the starter model's training text, tokenizer and first weights, and the sample dataset.",
        mixinStandardHelpOptions = true,
        subcommandsRepeatable = false)
public final class StarterMain {
    private static final int COUNTED_DOCUMENTS = 2000;

    @Spec
    private CommandSpec spec;

    private StarterMain() {}

    /** Runs one command and exits with 0, 1 (it failed) or 2 (it was called wrongly). */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new StarterMain()).setExecutionExceptionHandler((failure, command, _) -> {
            String reason = switch (failure) {
                case CheckpointException said -> said.getMessage();
                case JobException said -> said.getMessage();
                case IOException io ->
                    "A file could not be written: " + io.getMessage()
                            + ". Check that the directory may be written to and that the disk has room.";
                default -> throw failure;
            };
            command.getErr().println(reason);
            return 1;
        });
    }

    @Command(name = "corpus", description = "Writes conversations to train on, one JSON object with messages per line.")
    void corpus(
            @Option(names = "--documents", required = true, description = "number of conversations") int documents,
            @Option(names = "--seed", defaultValue = "1", description = "default: ${DEFAULT-VALUE}") long seed,
            @Option(names = "--output", required = true, description = "the JSONL file to write") Path output)
            throws IOException {
        requireAtLeastOne("--documents", documents);
        StarterCorpus corpus = new StarterCorpus(seed);
        WholeFile.write(output, out -> {
            for (int i = 0; i < documents; i++) {
                WholeFile.writeLine(out, new PumpDataset.TrainRow(corpus.next()));
            }
        });
        say("Wrote %,d conversations to %s", documents, output);
    }

    @Command(name = "init", description = "Writes an untrained model with its tokenizer.")
    void init(
            @Option(names = "--output", required = true, description = "the directory to write") Path output,
            @Option(names = "--hidden", defaultValue = "256", description = "default: ${DEFAULT-VALUE}") int hidden,
            @Option(names = "--layers", defaultValue = "5", description = "default: ${DEFAULT-VALUE}") int layers,
            @Option(names = "--heads", defaultValue = "8", description = "default: ${DEFAULT-VALUE}") int heads,
            @Option(names = "--kv-heads", defaultValue = "4", description = "default: ${DEFAULT-VALUE}") int kvHeads,
            @Option(names = "--head-dim", defaultValue = "32", description = "default: ${DEFAULT-VALUE}") int headDim,
            @Option(names = "--intermediate", defaultValue = "704", description = "default: ${DEFAULT-VALUE}")
                    int intermediate,
            @Option(names = "--seed", defaultValue = "1", description = "of the weights; default: ${DEFAULT-VALUE}")
                    long seed)
            throws IOException {
        ModelShape shape = shape(hidden, layers, heads, kvHeads, headDim, intermediate);
        BytePairVocabulary vocabulary = StarterTokenizer.train(StarterTokenizer.SEED, StarterTokenizer.DOCUMENTS);
        StarterModel model = new StarterModel(shape, vocabulary.tokens().size());
        StarterTokenizer.write(vocabulary, output);
        model.writeConfig(output);
        model.writeWeights(output, seed);
        say("Wrote a model of %,d parameters to %s", model.parameters(), output);
        CorpusCount count = CorpusCount.of(new StarterCorpus(seed), COUNTED_DOCUMENTS, vocabulary.encoder());
        say(
                "A conversation of the corpus has %.1f tokens on average, %.1f of them in its answers; an answer has %.1f",
                count.tokensPerDocument(), count.answerTokensPerDocument(), count.tokensPerAnswer());
    }

    @Command(
            name = "make",
            description =
                    "Trains the starter model from nothing; a run that was stopped goes on. Takes about a quarter of an hour on two cores.")
    void make(
            @Option(names = "--work", required = true, description = "directory for corpus and checkpoints") Path work,
            @Option(
                            names = "--output",
                            description = "directory that receives the weights, such as runtime/starter/model")
                    Path output,
            @Option(names = "--steps", description = "end after so many steps, to compare their hash") Integer steps)
            throws IOException {
        if (steps != null) {
            requireAtLeastOne("--steps", steps);
        }
        String sha256 = new StarterTraining(work.toAbsolutePath(), line -> say("%s", line)).run(output, steps);
        say("%s", StarterTraining.summary(sha256));
    }

    @Command(
            name = "check",
            description =
                    "Asks a model the last questions of conversations that it never saw, and counts exact answers.")
    void check(
            @Option(names = "--model", required = true, description = "directory of the model") Path model,
            @Option(names = "--documents", defaultValue = "400", description = "default: ${DEFAULT-VALUE}")
                    int documents,
            @Option(names = "--seed", defaultValue = "999", description = "default: ${DEFAULT-VALUE}") long seed) {
        requireAtLeastOne("--documents", documents);
        StarterCheck.Score score = StarterCheck.run(model, documents, seed);
        say("%d of %d answers are exactly right: %.1f %%", score.right(), score.asked(), score.percent());
    }

    @Command(name = "sample", description = "Writes the sample dataset: train.jsonl, heldout.jsonl and its card.")
    void sample(@Option(names = "--output", required = true, description = "the directory to write") Path output)
            throws IOException {
        PumpDataset dataset = new PumpDataset();
        dataset.write(output);
        List<?> train = dataset.trainRows();
        say(
                "Wrote %d rows to train on and %d held-out questions to %s",
                train.size(), dataset.heldOutRows().size(), output);
    }

    private ModelShape shape(int hidden, int layers, int heads, int kvHeads, int headDim, int intermediate) {
        try {
            return new ModelShape(hidden, layers, heads, kvHeads, headDim, intermediate);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    private void requireAtLeastOne(String option, int value) {
        if (value < 1) {
            throw new ParameterException(spec.commandLine(), option + " must be at least 1, not " + value);
        }
    }

    private void say(String format, Object... values) {
        spec.commandLine().getOut().println(String.format(Locale.ROOT, format, values));
        spec.commandLine().getOut().flush();
    }
}
