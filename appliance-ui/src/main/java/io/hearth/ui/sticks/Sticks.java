package io.hearth.ui.sticks;

import io.hearth.provisioning.Mistakes;
import io.hearth.provisioning.ProvisionFile;
import io.hearth.provisioning.StickImages;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.nodes.JoinCodes;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Images of PROVISION sticks for further nodes, in one archive. A stick holds a secret, its join code, so nothing of it stays on this
 * machine: images lie in a folder of their own while they are packed.
 */
@ApplicationScoped
public class Sticks {
    /** Most sticks of one archive. */
    public static final int MOST = 100;

    /** A code in the form of one, for looking at a file before codes are made. */
    private static final String NO_CODE = "00000000." + "0".repeat(32);

    private final JoinCodes codes;
    private final HearthHome home;

    public Sticks(JoinCodes codes, HearthHome home) {
        this.codes = codes;
        this.home = home;
        clear();
    }

    private static void check(String file, int count) {
        if (count < 1 || count > MOST) {
            throw Problem.invalid("sticks.count", MOST);
        }
        try {
            ProvisionFile.parse(StickImages.withCode(file == null ? "" : file, NO_CODE));
        } catch (Mistakes mistakes) {
            throw Problem.invalid("sticks.file", String.join("\n", mistakes.sentences()));
        }
    }

    /**
     * Makes codes and the archive: an image for each machine, named after it.
     *
     * @param file a provision.yaml of a further node; without a join code, or with any
     * @param count machines
     * @param minutes how long the codes are valid
     * @throws Problem if the order is wrong, or images cannot be written here; then no code is left that could be used
     */
    public byte[] archive(Actor actor, String file, int count, int minutes) {
        actor.needs(Role.ADMINISTRATOR);
        check(file, count);
        List<JoinCodes.Made> made = new ArrayList<>();
        Path folder = home.folder("sticks").resolve(Ids.next("sticks"));
        boolean whole = false;
        try {
            for (int i = 0; i < count; i++) {
                made.add(codes.create(actor, StickImages.hostname(file) + "-" + (i + 1), minutes));
            }
            byte[] archive = pack(StickImages.write(
                    file, made.stream().map(JoinCodes.Made::code).toList(), folder));
            whole = true;
            return archive;
        } catch (Mistakes mistakes) {
            throw Problem.invalid("sticks.file", String.join("\n", mistakes.sentences()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Writing sticks was interrupted.", e);
        } catch (IOException e) {
            throw new UncheckedIOException("Sticks could not be written.", e);
        } finally {
            delete(folder);
            if (!whole) {
                made.forEach(code -> codes.withdraw(actor, code.id()));
            }
        }
    }

    /** In memory, since images are small and all but empty. */
    private static byte[] pack(List<Path> images) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ZipOutputStream zip = new ZipOutputStream(out);
        for (Path image : images) {
            zip.putNextEntry(new ZipEntry(image.getFileName().toString()));
            Files.copy(image, zip);
            zip.closeEntry();
        }
        zip.finish();
        return out.toByteArray();
    }

    /** What a kill in the middle has left. */
    private void clear() {
        delete(home.folder("sticks"));
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The folder " + folder + " cannot be emptied.", e);
        }
    }
}
