package io.hearth.ui.models.bundle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** A zip archive, read by its directory. */
final class ZipBundle implements Bundle {
    private final Path file;

    ZipBundle(Path file) {
        this.file = file;
    }

    @Override
    public long totalBytes() throws IOException {
        try (ZipFile zip = open()) {
            return zip.stream().mapToLong(entry -> Math.max(0, entry.getSize())).sum();
        } catch (BadBundle e) {
            return Files.size(file);
        }
    }

    @Override
    public void read(Visitor visitor) throws IOException, BadBundle {
        Guard guard = new Guard(Files.size(file));
        Set<String> links = ZipLinks.of(file);
        Set<String> seen = new HashSet<>();
        try (ZipFile zip = open()) {
            for (Iterator<? extends ZipEntry> all = zip.stream().iterator(); all.hasNext(); ) {
                ZipEntry entry = all.next();
                guard.entry(entry.getName());
                String path = EntryName.checked(entry.getName());
                if (links.contains(entry.getName())) {
                    throw new BadBundle(entry.getName(), "models.bundle.link");
                }
                if (entry.isDirectory()) {
                    continue;
                }
                if (!seen.add(path)) {
                    throw new BadBundle(path, "models.bundle.twice");
                }
                visitor.file(path, entry.getSize(), () -> guard.watch(zip.getInputStream(entry)));
            }
        } catch (Guard.Bomb e) {
            throw new BadBundle("", "models.bundle.bomb");
        } catch (ZipException e) {
            throw new BadBundle("", "models.bundle.damaged");
        }
    }

    private ZipFile open() throws IOException, BadBundle {
        try {
            return new ZipFile(file.toFile(), ZipFile.OPEN_READ, StandardCharsets.UTF_8);
        } catch (ZipException e) {
            throw new BadBundle("", "models.bundle.damaged");
        }
    }
}
