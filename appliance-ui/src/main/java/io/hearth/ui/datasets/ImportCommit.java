package io.hearth.ui.datasets;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.blobs.Blob;
import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.datasets.Import.State;
import io.hearth.ui.datasets.doctor.Doctor;
import io.hearth.ui.datasets.doctor.Split;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Makes a version of an import that has been read. */
@ApplicationScoped
public class ImportCommit {
    /**
     * What the user chooses; null takes the default.
     *
     * @param leaveOutBadRows whether to go on without the bad rows; must be true if there are any
     * @param leaveOutCopies whether to keep only the first of exact duplicates
     * @param leaveOutLeaks with an evaluation file: whether to leave out training rows that are like a row of it
     * @param evaluationShare share of the rows to hold out, 0 to 0.5; 0.1 by default
     * @param seed draws the rows that are held out
     */
    public record Choice(
            Boolean leaveOutBadRows, Boolean leaveOutCopies, Boolean leaveOutLeaks, Double evaluationShare, Long seed) {
        /** All defaults. */
        public static final Choice DEFAULT = new Choice(null, null, null, null, null);

        boolean badRows() {
            return Boolean.TRUE.equals(leaveOutBadRows);
        }

        double share() {
            return evaluationShare == null ? 0.1 : evaluationShare;
        }

        long seedOrDefault() {
            return seed == null ? 0 : seed;
        }
    }

    /** Rows by where they go: in neither set, they are left out. */
    private record Plan(BitSet training, BitSet evaluation, long copies, long leaks, boolean oneCluster) {}

    private record Written(Blob training, Blob evaluation, String hash) {}

    private final Database database;
    private final ImportStore imports;
    private final ImportFolder folders;
    private final DatasetStore store;
    private final BlobStore blobs;
    private final AuditLog audit;
    private final News news;
    private final Clock clock;

    public ImportCommit(
            Database database,
            ImportStore imports,
            ImportFolder folders,
            DatasetStore store,
            BlobStore blobs,
            AuditLog audit,
            News news,
            Clock clock) {
        this.database = database;
        this.imports = imports;
        this.folders = folders;
        this.store = store;
        this.blobs = blobs;
        this.audit = audit;
        this.news = news;
        this.clock = clock;
    }

    /**
     * Makes the version. Doing it again gives the same version.
     *
     * @throws Problem if there are bad rows that the user has not chosen to leave out, or nothing would be left to learn
     */
    public DatasetVersion commit(Actor actor, String id, Choice choice) {
        actor.needs(Role.ENGINEER);
        Import one =
                database.read(h -> imports.find(h, id)).orElseThrow(() -> Problem.notFound("datasets.import.unknown"));
        if (one.state() == State.COMMITTED) {
            return database.read(h -> store.versionById(h, one.version()))
                    .orElseThrow(() -> Problem.conflict("datasets.import.version-deleted"));
        }
        check(one, choice);
        if (!database.write(h -> imports.move(h, id, State.READY, State.COMMITTING, clock.millis()))) {
            throw Problem.conflict("datasets.import.not-ready");
        }
        try {
            Plan plan = plan(one, choice);
            Written files = write(one, plan);
            DatasetVersion version = database.write(h -> record(h, actor, one, choice, plan, files));
            news.publish(News.Topic.DATASETS, id);
            return version;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            // Does nothing once it is committed.
            database.run(h -> imports.move(h, id, State.COMMITTING, State.READY, clock.millis()));
        }
    }

    private static void check(Import one, Choice choice) {
        if (one.state() != State.READY) {
            throw Problem.conflict("datasets.import.not-ready");
        }
        Report report = one.report();
        if (report.training().rows() == 0) {
            throw Problem.conflict("datasets.import.no-good-rows");
        }
        if (report.badRows() > 0 && !choice.badRows()) {
            throw Problem.conflict("datasets.import.bad-rows", report.badRows());
        }
        if (!(choice.share() >= 0 && choice.share() <= 0.5)) {
            throw Problem.invalid("datasets.import.share");
        }
        if (one.evaluation() != null && choice.evaluationShare() != null && choice.evaluationShare() > 0) {
            throw Problem.invalid("datasets.import.share-and-file");
        }
    }

    private Plan plan(Import one, Choice choice) throws IOException {
        Path folder = folders.of(one.id());
        int[] cluster = Doctor.readInts(folder.resolve("clusters"));
        int trainingRows = (int) one.report().training().rows();
        BitSet left = new BitSet(cluster.length);
        if (Boolean.TRUE.equals(choice.leaveOutCopies())) {
            for (int row : Doctor.readInts(folder.resolve("copies"))) {
                left.set(row);
            }
        }
        int copies = left.cardinality();
        BitSet heldOut = new BitSet(cluster.length);
        int leaks = 0;
        if (one.evaluation() == null) {
            heldOut = Split.heldOut(cluster, left, choice.share(), choice.seedOrDefault());
        } else {
            heldOut.set(trainingRows, cluster.length);
            heldOut.andNot(left);
            if (Boolean.TRUE.equals(choice.leaveOutLeaks())) {
                leaks = leaveOutLeaks(cluster, trainingRows, left);
            }
        }
        BitSet training = new BitSet(cluster.length);
        training.set(0, trainingRows);
        training.andNot(left);
        training.andNot(heldOut);
        if (training.isEmpty()) {
            throw Problem.conflict("datasets.import.nothing-left");
        }
        boolean oneCluster = one.evaluation() == null && choice.share() > 0 && heldOut.isEmpty();
        return new Plan(training, heldOut, copies, leaks, oneCluster);
    }

    private static int leaveOutLeaks(int[] cluster, int trainingRows, BitSet left) {
        BitSet asked = new BitSet(cluster.length);
        for (int i = trainingRows; i < cluster.length; i++) {
            asked.set(cluster[i]);
        }
        int leaks = 0;
        for (int i = 0; i < trainingRows; i++) {
            if (asked.get(cluster[i]) && !left.get(i)) {
                left.set(i);
                leaks++;
            }
        }
        return leaks;
    }

    /** Writes the rows of both parts; the hash is over all of them in the order in which they were uploaded. */
    private Written write(Import one, Plan plan) throws IOException {
        Path training = blobs.temporary();
        Path evaluation = blobs.temporary();
        MessageDigest digest = sha256();
        try {
            try (OutputStream trainingOut = new BufferedOutputStream(Files.newOutputStream(training), 1 << 16);
                    OutputStream evaluationOut = new BufferedOutputStream(Files.newOutputStream(evaluation), 1 << 16)) {
                Lines lines = new Lines(plan, digest, trainingOut, evaluationOut);
                lines.copy(folders.of(one.id()).resolve(Reading.TRAINING));
                if (one.evaluation() != null) {
                    lines.copy(folders.of(one.id()).resolve(Reading.EVALUATION));
                }
            }
            Blob trainingBlob = blobs.adopt(training);
            Blob evaluationBlob = plan.evaluation().isEmpty() ? null : blobs.adopt(evaluation);
            return new Written(trainingBlob, evaluationBlob, HexFormat.of().formatHex(digest.digest()));
        } finally {
            Files.deleteIfExists(training);
            Files.deleteIfExists(evaluation);
        }
    }

    /** Sends each line where it belongs, as bytes. */
    private static final class Lines {
        private final Plan plan;
        private final MessageDigest digest;
        private final OutputStream training;
        private final OutputStream evaluation;
        private int row;

        Lines(Plan plan, MessageDigest digest, OutputStream training, OutputStream evaluation) {
            this.plan = plan;
            this.digest = digest;
            this.training = training;
            this.evaluation = evaluation;
        }

        void copy(Path file) throws IOException {
            byte[] buffer = new byte[1 << 16];
            try (InputStream in = Files.newInputStream(file)) {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    int from = 0;
                    for (int i = 0; i < n; i++) {
                        if (buffer[i] == '\n') {
                            write(buffer, from, i + 1 - from);
                            from = i + 1;
                            row++;
                        }
                    }
                    write(buffer, from, n - from);
                }
            }
        }

        private void write(byte[] bytes, int offset, int length) throws IOException {
            boolean learnt = plan.training().get(row);
            if (length > 0 && (learnt || plan.evaluation().get(row))) {
                (learnt ? training : evaluation).write(bytes, offset, length);
                digest.update(bytes, offset, length);
            }
        }
    }

    private DatasetVersion record(Handle handle, Actor actor, Import one, Choice choice, Plan plan, Written files) {
        long now = clock.millis();
        Dataset dataset = store.named(handle, one.name(), actor.id(), now);
        Report report = one.report();
        DatasetVersion version = new DatasetVersion(
                Ids.next("dv"),
                dataset.id(),
                dataset.name(),
                store.nextVersion(handle, dataset.id()),
                files.hash(),
                report.training().shape(),
                plan.training().cardinality() + plan.evaluation().cardinality(),
                plan.training().cardinality(),
                plan.evaluation().cardinality(),
                files.training().sha256(),
                files.training().size(),
                files.evaluation() == null ? null : files.evaluation().sha256(),
                files.evaluation() == null ? 0 : files.evaluation().size(),
                now);
        Map<String, Long> bad = new LinkedHashMap<>(report.training().badByCode());
        if (report.evaluation() != null) {
            report.evaluation().badByCode().forEach((code, count) -> bad.merge(code, count, Long::sum));
        }
        VersionFacts facts = new VersionFacts(
                one.id(),
                one.source().fileName(),
                one.evaluation() == null ? null : one.evaluation().fileName(),
                report.training().settings(),
                report.badRows(),
                bad,
                report.badRows() > 0 ? actor.name() : null,
                plan.copies(),
                plan.leaks(),
                one.evaluation() == null ? choice.share() : null,
                choice.seedOrDefault(),
                report.findings().clusters(),
                report.training().characters(),
                plan.oneCluster());
        store.insert(handle, version, facts, actor.id());
        imports.committed(handle, one.id(), version.id(), Json.write(choice), now);
        audit.record(handle, actor, "dataset.commit", version.id(), details(version, facts));
        return version;
    }

    private static Map<String, Object> details(DatasetVersion version, VersionFacts facts) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("name", version.name());
        details.put("version", version.version());
        details.put("hash", version.hash());
        details.put("rows", version.rows());
        details.put("evaluationRows", version.evaluationRows());
        details.put("badRowsLeftOut", facts.badRows());
        details.put("copiesLeftOut", facts.copiesLeftOut());
        details.put("leaksLeftOut", facts.leaksLeftOut());
        details.put("seed", facts.seed());
        return details;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
