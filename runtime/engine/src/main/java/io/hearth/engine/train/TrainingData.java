package io.hearth.engine.train;

import io.hearth.contract.Recipe;
import io.hearth.contract.TrainJob;
import io.hearth.engine.model.ModelConfig;
import io.hearth.engine.model.PackedBatch;
import io.hearth.text.Tokenizer;
import io.hearth.text.rows.EncodedRow;
import io.hearth.text.rows.Row;
import io.hearth.text.rows.RowEncoder;
import io.hearth.text.rows.RowFault;
import io.hearth.text.rows.RowItem;
import io.hearth.text.rows.RowProblem;
import io.hearth.text.rows.RowReader;
import io.hearth.text.rows.RowShape;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The rows of a job as tokens.
 *
 * @param train rows to learn from
 * @param evaluation held-out rows, with weight on answers alone; may be empty
 * @param problems rows that are not used, and why
 */
record TrainingData(List<PackedBatch.Row> train, List<PackedBatch.Row> evaluation, List<Problem> problems) {
    /** A bad row and the file it is in. */
    record Problem(Path file, RowProblem row) {
        @Override
        public String toString() {
            return file.getFileName() + ", " + row;
        }
    }

    /** A number that stands for all rows and their weights, to tell whether another process has read the same. */
    int digest() {
        int digest = 1;
        for (List<PackedBatch.Row> rows : List.of(train, evaluation)) {
            for (PackedBatch.Row row : rows) {
                digest = 31 * (31 * digest + Arrays.hashCode(row.ids())) + Arrays.hashCode(row.weights());
            }
        }
        return digest;
    }

    /** Most tokens of a micro-batch: what the recipe says, but room for the longest row at least. */
    int batchTokens(Recipe recipe) {
        return Math.max(recipe.batchTokens(), Math.max(longest(train), longest(evaluation)));
    }

    private static int longest(List<PackedBatch.Row> rows) {
        return rows.stream().mapToInt(PackedBatch.Row::length).max().orElse(0);
    }

    /**
     * Reads and encodes the files of a job.
     *
     * @param data with defaults filled in
     * @param recipe with defaults filled in
     * @param maxLength longest row in tokens
     * @throws JobException if a file cannot be read, its shape is not known, or nothing is left to train on
     */
    static TrainingData read(TrainJob.Data data, Recipe recipe, Path baseDirectory, ModelConfig config, int maxLength) {
        try (Reader reader = new Reader(data, recipe, baseDirectory, config, maxLength)) {
            List<PackedBatch.Row> train = reader.rows(Path.of(data.train()), false);
            List<PackedBatch.Row> evaluation =
                    data.evaluation() == null ? List.of() : reader.rows(Path.of(data.evaluation()), true);
            TrainingData all = new TrainingData(train, evaluation, reader.problems);
            if (data.evaluation() == null && data.evaluationFraction() > 0) {
                all = all.split(data.evaluationFraction(), recipe.seed());
            }
            return all;
        }
    }

    private TrainingData split(double fraction, long seed) {
        int held = (int) Math.round(train.size() * fraction);
        if (held == 0 || held >= train.size()) {
            throw new JobException("A share of " + fraction + " of " + train.size()
                    + " rows leaves nothing to hold out or nothing to train on. Use more rows or another share.");
        }
        List<PackedBatch.Row> shuffled = new ArrayList<>(train);
        SplittableRandom random = new SplittableRandom(seed ^ 0x5EED0FE7A1L);
        for (int i = shuffled.size() - 1; i > 0; i--) {
            java.util.Collections.swap(shuffled, i, random.nextInt(i + 1));
        }
        return new TrainingData(shuffled.subList(held, shuffled.size()), shuffled.subList(0, held), problems);
    }

    private static final class Reader implements AutoCloseable {
        private final TrainJob.Data data;
        private final Recipe recipe;
        private final Path baseDirectory;
        private final ModelConfig config;
        private final int maxLength;
        private final List<Problem> problems = new ArrayList<>();
        private Tokenizer tokenizer;
        private RowEncoder encoder;

        Reader(TrainJob.Data data, Recipe recipe, Path baseDirectory, ModelConfig config, int maxLength) {
            this.data = data;
            this.recipe = recipe;
            this.baseDirectory = baseDirectory;
            this.config = config;
            this.maxLength = maxLength;
        }

        List<PackedBatch.Row> rows(Path file, boolean evaluation) {
            List<PackedBatch.Row> rows = new ArrayList<>();
            try (InputStream in = Files.newInputStream(file);
                    RowReader reader = RowReader.of(in, shape(), RowReader.DEFAULT_MAXIMUM_LINE_BYTES)) {
                while (reader.hasNext()) {
                    switch ((RowItem) reader.next()) {
                        case RowProblem problem -> problems.add(new Problem(file, problem));
                        case Row.Tokens tokens -> addTokens(file, tokens, rows);
                        case Row row -> addText(file, row, evaluation, rows);
                    }
                }
            } catch (IOException | UncheckedIOException e) {
                throw new JobException("The rows in " + file + " cannot be read: " + e.getMessage(), e);
            }
            if (rows.isEmpty()) {
                throw new JobException(file + " has no row that can be used."
                        + (problems.isEmpty() ? "" : " The first problem: " + problems.getFirst() + "."));
            }
            return rows;
        }

        private Optional<RowShape> shape() {
            if (data.shape().equals("auto")) {
                return Optional.empty();
            }
            try {
                return Optional.of(
                        RowShape.valueOf(data.shape().replace('-', '_').toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                throw new JobException(
                        "The shape \"" + data.shape() + "\" is not known. Choose auto, messages, sharegpt, "
                                + "alpaca, prompt-completion, text or tokens.");
            }
        }

        /** Rows of token ids need no tokenizer; they are checked against the model itself. */
        private void addTokens(Path file, Row.Tokens row, List<PackedBatch.Row> rows) {
            int[] ids = row.inputIds();
            if (ids.length > maxLength) {
                problems.add(problem(file, row, RowFault.TOO_LONG, ids.length, maxLength));
                return;
            }
            for (int id : ids) {
                if (id < 0 || id >= config.vocabSize()) {
                    problems.add(problem(file, row, RowFault.UNKNOWN_TOKEN, id, config.vocabSize() - 1));
                    return;
                }
            }
            PackedBatch.Row counted = row(new EncodedRow(row.line(), ids, row.trained()), nextToken(), 0);
            if (counted.totalWeight() == 0) {
                problems.add(problem(file, row, RowFault.NOTHING_LEARNT));
            } else {
                rows.add(counted);
            }
        }

        private static Problem problem(Path file, Row row, RowFault fault, Object... arguments) {
            return new Problem(file, fault.at(row.line(), 0, arguments));
        }

        private void addText(Path file, Row row, boolean evaluation, List<PackedBatch.Row> rows) {
            RowEncoder.Result result = encoder().encode(row);
            result.problems().forEach(problem -> problems.add(new Problem(file, problem)));
            double promptWeight = evaluation ? 0 : recipe.promptLossWeight();
            for (EncodedRow encoded : result.rows()) {
                rows.add(row(encoded, nextToken(), promptWeight));
            }
        }

        private boolean nextToken() {
            return recipe.objective().equals("next-token");
        }

        private RowEncoder encoder() {
            if (encoder == null) {
                tokenizer = Tokenizer.load(baseDirectory);
                if (tokenizer.vocabularySize() > config.vocabSize()) {
                    throw new JobException("The tokenizer in " + baseDirectory + " knows " + tokenizer.vocabularySize()
                            + " tokens, but the model has room for " + config.vocabSize()
                            + ". They do not belong together.");
                }
                encoder = RowEncoder.of(tokenizer, RowEncoder.Options.maximumLength(maxLength));
            }
            return encoder;
        }

        private static PackedBatch.Row row(EncodedRow encoded, boolean nextToken, double promptWeight) {
            float[] weights = new float[encoded.length()];
            Arrays.fill(weights, nextToken ? 1 : (float) promptWeight);
            for (int t = 0; t < weights.length; t++) {
                if (encoded.trained()[t]) {
                    weights[t] = 1;
                }
            }
            return new PackedBatch.Row(encoded.inputIds(), weights);
        }

        @Override
        public void close() {
            if (tokenizer != null) {
                tokenizer.close();
            }
        }
    }
}
