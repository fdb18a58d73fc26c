package io.hearth.provisioning;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Images of sticks: a FAT file system labelled PROVISION with one {@code provision.yaml} in it. */
public final class StickImages {
    private static final long BYTES = 8L << 20;
    private static final int MOST_BOXES = 1000;

    private StickImages() {}

    /**
     * Writes one image, or one for each code.
     *
     * @param text a provision.yaml; with codes, its own {@code join-code} and {@code hostname} are replaced by each box's
     * @return the images, in the order of the codes
     * @throws Mistakes if the file of any box would be wrong; then nothing is written
     */
    public static List<Path> write(String text, List<String> codes, Path folder)
            throws Mistakes, IOException, InterruptedException {
        List<String> boxes = codes.stream()
                .map(String::strip)
                .filter(code -> !code.isEmpty())
                .toList();
        if (boxes.size() > MOST_BOXES) {
            throw new Mistakes(
                    "There are " + boxes.size() + " codes; at most " + MOST_BOXES + " sticks are written at once.");
        }
        if (boxes.stream().distinct().count() != boxes.size()) {
            throw new Mistakes("A code stands twice among the codes; each box needs one of its own.");
        }
        if (Files.isDirectory(folder)) {
            try (Stream<Path> there = Files.list(folder)) {
                if (there.findAny().isPresent()) {
                    throw new Mistakes(
                            "The folder " + folder + " is not empty; sticks of another day could lie there.");
                }
            }
        }
        List<String> texts = new ArrayList<>();
        if (boxes.isEmpty()) {
            texts.add(text);
        }
        String name = hostname(text);
        for (int i = 0; i < boxes.size(); i++) {
            texts.add(FileLines.with(withCode(text, boxes.get(i)), "hostname", name + "-" + (i + 1)));
        }
        List<ProvisionFile> files = new ArrayList<>();
        for (String one : texts) {
            files.add(ProvisionFile.parse(one));
        }
        if (!boxes.isEmpty() && files.getFirst().has("/factory-reset")) {
            throw new Mistakes(
                    "A factory reset is for one machine, whose name it says: write its stick without codes.");
        }
        Files.createDirectories(folder);
        List<Path> images = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            String box = files.get(i).has("/hostname") ? files.get(i).text("/hostname") : "hearth";
            images.add(image(folder.resolve(box + ".img"), texts.get(i)));
        }
        return images;
    }

    /** The name by which the machines of a file are numbered. */
    public static String hostname(String text) {
        return FileLines.hostname(text);
    }

    /** The file of a machine with this join code. */
    public static String withCode(String text, String code) {
        return FileLines.with(text, "join-code", code);
    }

    private static Path image(Path target, String text) throws Mistakes, IOException, InterruptedException {
        Path content = Files.createTempFile("provision", ".yaml");
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try {
            Files.writeString(content, text);
            try (var file = new RandomAccessFile(part.toFile(), "rw")) {
                file.setLength(BYTES);
            }
            run(List.of("mkfs.vfat", "-n", "PROVISION", part.toString()));
            run(List.of("mcopy", "-i", part.toString(), content.toString(), "::provision.yaml"));
            return Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(content);
            Files.deleteIfExists(part);
        }
    }

    private static void run(List<String> command) throws Mistakes, IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().merge("PATH", ":/usr/sbin:/sbin", String::concat);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new Mistakes("The program " + command.getFirst()
                    + " is not on this machine. Install the packages dosfstools and mtools.");
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new Mistakes(command.getFirst() + " has failed: " + said.strip());
        }
    }
}
