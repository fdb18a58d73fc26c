package io.hearth.ui.models.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder of this machine. Links are followed as long as what they lead to is a regular file below the same root, as in the
 * caches of Hugging Face; any other link is refused.
 */
public final class FolderBundle implements Bundle {
    private static final int MAX_DEPTH = 12;

    private final Path root;
    private final Path folder;

    /**
     * @param root real path of the allowed root
     * @param folder real path of a folder below it
     */
    public FolderBundle(Path root, Path folder) {
        this.root = root;
        this.folder = folder;
    }

    @Override
    public long totalBytes() throws IOException {
        long total = 0;
        for (Path file : files()) {
            total += Files.isRegularFile(file) ? Files.size(file) : 0;
        }
        return total;
    }

    @Override
    public void read(Visitor visitor) throws IOException, BadBundle {
        Guard guard = new Guard(Long.MAX_VALUE);
        for (Path file : files()) {
            String path = EntryName.checked(folder.relativize(file).toString());
            guard.entry(path);
            Path real = real(file, path);
            visitor.file(
                    path,
                    Files.size(real),
                    () -> Files.newInputStream(real, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(folder, MAX_DEPTH)) {
            return all.filter(file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))
                    .sorted()
                    .toList();
        }
    }

    private Path real(Path file, String path) throws BadBundle {
        try {
            Path real = file.toRealPath();
            if (real.startsWith(root) && Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) {
                return real;
            }
        } catch (IOException e) {
            throw new BadBundle(path, "models.bundle.link");
        }
        throw new BadBundle(path, "models.bundle.link");
    }
}
