package io.hearth.ui.models;

import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Problem;
import io.hearth.ui.models.check.ModelCheck;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Folders of this machine from which models may be imported: {@code $HEARTH_HOME/import}, where sticks are mounted, and others by setting. */
@ApplicationScoped
public class ImportRoots {
    private static final int MOST_ENTRIES = 500;

    private final List<Path> roots = new ArrayList<>();

    /**
     * A folder to choose from.
     *
     * @param path its path
     * @param name its name
     * @param model whether it looks like a model
     */
    public record Folder(String path, String name, boolean model) {}

    /** A folder as it really is, and the root it is below. */
    record Allowed(Path root, Path folder) {}

    @Inject
    public ImportRoots(HearthHome home, @ConfigProperty(name = "hearth.import-roots") Optional<List<Path>> configured) {
        this(home, List.of(Path.of("/media"), Path.of("/mnt"), Path.of("/run/media")), configured.orElse(List.of()));
    }

    ImportRoots(HearthHome home, List<Path> usual, List<Path> configured) {
        roots.add(home.folder("import"));
        roots.addAll(usual);
        roots.addAll(configured);
    }

    /** The roots that are there. */
    public List<Folder> roots() {
        return roots.stream()
                .filter(Files::isDirectory)
                .map(root -> new Folder(root.toString(), root.toString(), ModelCheck.looksLikeOne(root)))
                .distinct()
                .toList();
    }

    /** Folders in an allowed folder, by name. */
    public List<Folder> in(String path) {
        Allowed allowed = allowed(path);
        try (Stream<Path> entries = Files.list(allowed.folder())) {
            return entries.filter(entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS))
                    .filter(entry -> !entry.getFileName().toString().startsWith("."))
                    .sorted()
                    .limit(MOST_ENTRIES)
                    .map(entry -> new Folder(
                            entry.toString(), entry.getFileName().toString(), ModelCheck.looksLikeOne(entry)))
                    .toList();
        } catch (IOException e) {
            throw Problem.invalid("models.folder.unreadable", path);
        }
    }

    /**
     * The real folder of a path.
     *
     * @throws Problem if it is not a folder below a root, whatever links lead there
     */
    Allowed allowed(String path) {
        try {
            Path real = Path.of(path).toRealPath();
            for (Path root : roots) {
                if (Files.isDirectory(root) && real.startsWith(root.toRealPath()) && Files.isDirectory(real)) {
                    return new Allowed(root.toRealPath(), real);
                }
            }
        } catch (IOException | java.nio.file.InvalidPathException e) {
            // Whether it exists is not for everyone to know: the answer is the same.
            throw notAllowed();
        }
        throw notAllowed();
    }

    private Problem notAllowed() {
        return Problem.invalid(
                "models.folder.allowed",
                String.join(", ", roots.stream().map(Path::toString).toList()));
    }
}
