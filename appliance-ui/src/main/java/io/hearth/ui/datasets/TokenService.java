package io.hearth.ui.datasets;

import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.datasets.doctor.LineFile;
import io.hearth.ui.models.ModelVersion;
import io.hearth.ui.models.Models;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How the rows of a version or of an import look to a base model: as text with what is learnt, and as lengths in tokens. */
@ApplicationScoped
public class TokenService {
    /** Rows of which the lengths are counted; of more, as many are drawn at even distances. */
    private static final int COUNTED = 5_000;

    private static final int BUCKETS = 20;
    private static final int UNKNOWN_CONTEXT = 4096;

    /** A row with its number, as the model will see it. */
    public record PreviewRow(
            long number,
            String part,
            List<TokenLook.Piece> pieces,
            int tokens,
            int trained,
            boolean cut,
            Sentence problem) {}

    /** How many rows have from {@code from} to less than {@code to} tokens. */
    public record Bucket(int from, int to, long rows) {}

    /**
     * Lengths in tokens.
     *
     * @param context tokens of the context that is compared with
     * @param rows rows in all
     * @param counted rows that were counted; fewer than all of many
     * @param cut counted rows that are longer than the context
     * @param refused counted rows that the model's template does not take
     * @param longest tokens of the longest counted row
     * @param mean mean of the counted rows
     * @param buckets the histogram of the counted rows
     */
    public record Lengths(
            int context,
            long rows,
            long counted,
            long cut,
            long refused,
            int longest,
            double mean,
            List<Bucket> buckets) {}

    /** What a base model is here: a folder with its tokenizer, and its context. */
    record Base(Path folder, int context) {}

    private interface Lines {
        List<String> page(long from, int limit) throws IOException;
    }

    private record Source(long rows, long trainingRows, Lines lines) {}

    private final Database database;
    private final Models models;
    private final DatasetCatalog catalog;
    private final RowPages pages;
    private final ImportService imports;
    private final ImportFolder folders;

    public TokenService(
            Database database,
            Models models,
            DatasetCatalog catalog,
            RowPages pages,
            ImportService imports,
            ImportFolder folders) {
        this.database = database;
        this.models = models;
        this.catalog = catalog;
        this.pages = pages;
        this.imports = imports;
        this.folders = folders;
    }

    /**
     * Rows as a model will see them.
     *
     * @param subject id of a version or of an import
     * @param model reference of a base model, or of an adapter on it
     * @param context tokens to compare with, or null for the model's own
     */
    public Paged<PreviewRow> preview(
            Actor actor, String subject, String model, Integer context, long offset, int limit) {
        Source source = source(actor, subject);
        Base base = base(model, context);
        try (TokenLook look = new TokenLook(base.folder())) {
            List<PreviewRow> rows = new ArrayList<>();
            long number = offset;
            for (String line : source.lines().page(offset, limit)) {
                TokenLook.Preview seen = look.preview(line, base.context());
                rows.add(new PreviewRow(
                        number,
                        number++ < source.trainingRows() ? "training" : "evaluation",
                        seen.pieces(),
                        seen.tokens(),
                        seen.trained(),
                        seen.cut(),
                        seen.problem()));
            }
            return new Paged<>(rows, source.rows(), offset);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lengths of the rows in a model's tokens. */
    public Lengths lengths(Actor actor, String subject, String model, Integer context) {
        Source source = source(actor, subject);
        Base base = base(model, context);
        int[] tokens = new int[(int) Math.min(COUNTED, source.rows())];
        try (TokenLook look = new TokenLook(base.folder())) {
            boolean all = source.rows() <= COUNTED;
            int at = 0;
            while (at < tokens.length) {
                List<String> lines =
                        all ? source.lines().page(at, 500) : source.lines().page(at * source.rows() / COUNTED, 1);
                for (String line : lines) {
                    tokens[at++] = look.tokens(line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return summary(tokens, source.rows(), base.context());
    }

    static Lengths summary(int[] tokens, long rows, int context) {
        int[] taken = Arrays.stream(tokens).filter(n -> n >= 0).sorted().toArray();
        int longest = taken.length == 0 ? 0 : taken[taken.length - 1];
        int width = Math.max(1, (longest + BUCKETS) / BUCKETS);
        long[] counts = new long[BUCKETS];
        long cut = 0;
        for (int n : taken) {
            counts[Math.min(BUCKETS - 1, n / width)]++;
            cut += n > context ? 1 : 0;
        }
        List<Bucket> buckets = new ArrayList<>();
        for (int i = 0; i < BUCKETS && i * width <= longest; i++) {
            buckets.add(new Bucket(i * width, (i + 1) * width, counts[i]));
        }
        double mean = Arrays.stream(taken).average().orElse(0);
        return new Lengths(context, rows, tokens.length, cut, tokens.length - taken.length, longest, mean, buckets);
    }

    private Base base(String reference, Integer context) {
        if (reference == null || reference.isBlank()) {
            throw Problem.invalid("datasets.preview.no-model");
        }
        ModelVersion base = database.read(h -> {
            ModelVersion found = models.version(h, reference);
            return found.base() == null ? found : models.version(h, found.base());
        });
        if (context != null && context < 2) {
            throw Problem.invalid("datasets.preview.context");
        }
        int own = base.contextLength() == null ? UNKNOWN_CONTEXT : base.contextLength();
        return new Base(models.textFiles(base), context == null ? own : context);
    }

    private Source source(Actor actor, String subject) {
        if (subject.startsWith("di-")) {
            Report report = imports.get(actor, subject).report();
            if (report == null || report.findings() == null) {
                throw Problem.conflict("datasets.import.not-ready");
            }
            long training = report.training().rows();
            Path folder = folders.of(subject);
            return new Source(report.rows(), training, (from, limit) -> {
                List<String> lines = new ArrayList<>();
                if (from < training) {
                    lines.addAll(LineFile.page(folder.resolve(Reading.TRAINING), from, limit));
                }
                if (lines.size() < limit && report.evaluation() != null) {
                    lines.addAll(LineFile.page(
                            folder.resolve(Reading.EVALUATION), Math.max(0, from - training), limit - lines.size()));
                }
                return lines;
            });
        }
        DatasetVersion version = catalog.version(actor, subject).version();
        return new Source(version.rows(), version.trainRows(), (from, limit) -> pages.lines(version, from, limit));
    }
}
