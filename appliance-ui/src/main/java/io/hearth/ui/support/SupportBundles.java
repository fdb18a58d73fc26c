package io.hearth.ui.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.certificates.PrivateFile;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.core.Texts;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Makes support bundles. The newest is kept in {@code support/} until the next one; it is sent nowhere. */
@ApplicationScoped
public class SupportBundles {
    /** The file that says what the others hold; it comes first in the archive. */
    static final String MANIFEST = "README.txt";

    private final Database database;
    private final AuditLog audit;
    private final Clock clock;
    private final Reports reports;
    private final Logs logs;
    private final Path folder;
    private final Path forStick;
    private final Keeper keeper;
    private volatile SupportBundle newest;

    SupportBundles(Database database, HearthHome home, AuditLog audit, Clock clock, Reports reports, Logs logs) {
        this.database = database;
        this.audit = audit;
        this.clock = clock;
        this.reports = reports;
        this.logs = logs;
        this.folder = home.folder("support");
        // The one place that the machine takes bundles from (parts/support.sh of the image).
        this.forStick = home.folder("support-stick").resolve("bundle.zip");
        this.keeper = new Keeper(Phrases.ofHearth(), new Aliases(home));
    }

    /** Makes a bundle in the place of the one before, and records that. */
    public synchronized SupportBundle make(Actor actor) {
        actor.needs(Role.ADMINISTRATOR);
        String id = Ids.next("sup");
        long now = clock.millis();
        try {
            Map<String, byte[]> files = files(actor);
            List<SupportBundle.Content> contents = contents(files);
            byte[] archive = archive(id, now, files);
            clear();
            PrivateFile.write(path(id), archive);
            SupportBundle made = new SupportBundle(id, now, archive.length, contents);
            database.run(h -> audit.record(
                    h, actor, "support.bundle", id, Map.of("files", contents.size(), "bytes", archive.length)));
            newest = made;
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException("The support bundle cannot be written to " + folder + ".", e);
        }
    }

    /** As {@link #make}, and leaves the bundle where the machine takes it from to write it onto a stick. */
    synchronized SupportBundle makeForStick(Actor actor) {
        SupportBundle made = make(actor);
        Path next = forStick.resolveSibling(made.id());
        try {
            Files.deleteIfExists(next);
            Files.createLink(next, path(made.id()));
            Files.move(next, forStick, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("The support bundle cannot be put to " + forStick + ".", e);
        }
        return made;
    }

    /** The newest bundle that this process has made. */
    public Optional<SupportBundle> newest(Actor actor) {
        actor.needs(Role.ADMINISTRATOR);
        return Optional.ofNullable(newest);
    }

    /**
     * The archive of the newest bundle, and records who took it.
     *
     * @throws Problem of kind NOT_FOUND if that is another one
     */
    public Path archive(Actor actor, String id) {
        actor.needs(Role.ADMINISTRATOR);
        SupportBundle made = newest;
        if (made == null || !made.id().equals(id) || !Files.exists(path(id))) {
            throw Problem.notFound("support.none");
        }
        database.run(h -> audit.record(h, actor, "support.download", id, Map.of("bytes", made.bytes())));
        return path(id);
    }

    private Map<String, byte[]> files(Actor actor) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("versions.json", json(reports.versions(keeper)));
        files.put("configuration.json", json(reports.configuration(keeper)));
        files.put("storage.json", json(reports.storage(keeper)));
        files.put("nodes.json", json(reports.nodes(keeper)));
        files.put("notices.json", json(reports.notices(keeper)));
        files.put("deployments-observed.json", json(reports.observed(keeper, actor)));
        database.read(h -> {
            Table.ALL.forEach(table -> files.put(table.file() + ".json", json(table.rows(h, keeper))));
            return null;
        });
        logs.files().forEach((file, text) -> files.put(file, text.getBytes(StandardCharsets.UTF_8)));
        return files;
    }

    private static List<SupportBundle.Content> contents(Map<String, byte[]> files) {
        return files.entrySet().stream()
                .map(file -> new SupportBundle.Content(file.getKey(), file.getValue().length, holds(file.getKey())))
                .toList();
    }

    /** The archive of files, with the one that says what they hold. */
    static byte[] archive(String id, long time, Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
            put(zip, MANIFEST, time, manifest(id, time, contents(files)).getBytes(StandardCharsets.UTF_8));
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                put(zip, file.getKey(), time, file.getValue());
            }
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, long time, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTime(time);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    /** What every file holds, in both languages: for the administrator, who reads before sending. */
    static String manifest(String id, long time, List<SupportBundle.Content> contents) {
        StringBuilder text = new StringBuilder();
        for (Locale language : Texts.LANGUAGES) {
            text.append(Texts.say(
                            language,
                            "support.manifest",
                            id,
                            Instant.ofEpochMilli(time).toString()))
                    .append("\n\n");
            for (SupportBundle.Content content : contents) {
                text.append(content.file())
                        .append("\n    ")
                        .append(Texts.say(language, content.holds()))
                        .append('\n');
            }
            text.append('\n').append(Texts.say(language, "support.left-out")).append("\n\n\n");
        }
        return text.toString();
    }

    private static Sentence holds(String file) {
        return Sentence.of("support.holds." + file.replaceAll("^.*/|(-before)?\\.[a-z]+$", ""));
    }

    static byte[] json(JsonNode node) {
        try {
            return Json.MAPPER.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(node);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path path(String id) {
        return folder.resolve(id + ".zip");
    }

    private void clear() throws IOException {
        try (Stream<Path> old = Files.list(folder)) {
            for (Path file : old.toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
