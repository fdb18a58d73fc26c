package io.hearth.ui.models.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BundleTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {"../evil", "a/../../evil", "/etc/passwd", "..", "a//b", "a\\..\\b", "C:/x", "a/./b", "line\nfeed"
            })
    void namesThatLeadOutAreRefusedInZipAndTar(String name) throws IOException {
        assertRefused(zip(name), "models.bundle.path");
        assertRefused(tar(tarEntry(name, '0', "x")), "models.bundle.path");
    }

    @Test
    void linksAndDevicesAreRefused() throws IOException {
        for (char type : new char[] {'1', '2'}) {
            assertRefused(tar(tarEntry("config.json", type, "")), "models.bundle.link");
        }
        for (char type : new char[] {'3', '4', '6', 'S'}) {
            assertRefused(tar(tarEntry("config.json", type, "")), "models.bundle.special");
        }
        Path zip = zip("config.json");
        byte[] bytes = Files.readAllBytes(zip);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int header = find(bytes, new byte[] {'P', 'K', 1, 2});
        buffer.putInt(header + 38, 0120777 << 16);
        Files.write(zip, bytes);
        assertRefused(zip, "models.bundle.link");
    }

    @Test
    void theSameNameTwiceIsRefused() throws IOException {
        assertRefused(tar(tarEntry("a.json", '0', "1"), tarEntry("./a.json", '0', "2")), "models.bundle.twice");
    }

    @Test
    void bombsAreStoppedWhileTheyAreRead() throws IOException {
        Path zip = folder.resolve("bomb.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("config.json"));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 300; i++) {
                out.write(zeros);
            }
        }
        assertThat(Files.size(zip)).isLessThan(1 << 20);
        assertRefused(zip, "models.bundle.bomb");
    }

    @Test
    void tooManyFilesAreRefused() throws IOException {
        Path zip = folder.resolve("many.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            for (int i = 0; i <= Guard.MAX_ENTRIES; i++) {
                out.putNextEntry(new ZipEntry("f" + i));
            }
        }
        assertRefused(zip, "models.bundle.many");
    }

    @Test
    void damagedAndForeignFilesAreRefused() throws IOException {
        Path zip = zip("config.json");
        Files.write(zip, Arrays.copyOf(Files.readAllBytes(zip), 60));
        assertRefused(zip, "models.bundle.damaged");
        Path tar = tar(tarEntry("a.json", '0', "x".repeat(2000)));
        Files.write(tar, Arrays.copyOf(Files.readAllBytes(tar), 900));
        assertRefused(tar, "models.bundle.damaged");
        Path packed = gzip(tar(tarEntry("a.json", '0', "x".repeat(2000))));
        Files.write(packed, Arrays.copyOf(Files.readAllBytes(packed), 40));
        assertRefused(packed, "models.bundle.damaged");
        Path other = Files.writeString(folder.resolve("other"), "neither of them");
        assertRefused(other, "models.bundle.kind");
        Path empty = Files.createFile(folder.resolve("empty"));
        assertRefused(empty, "models.bundle.kind");
        assertRefused(gzip(other), "models.bundle.kind");
    }

    @Test
    void readsWhatItWrites() throws Exception {
        Path file = Files.writeString(folder.resolve("one"), "content");
        String longName = "deep/" + "n".repeat(150) + "/文件.json";
        Path tar = folder.resolve("own.tar");
        long size;
        try (OutputStream out = Files.newOutputStream(tar)) {
            TarWriter writer = new TarWriter(out);
            writer.add("m/config.json", file);
            writer.add(longName, file);
            writer.finish();
            size = TarWriter.bytes("m/config.json", 7) + TarWriter.bytes(longName, 7) + TarWriter.endBytes();
        }
        assertThat(Files.size(tar)).isEqualTo(size);
        assertThat(read(tar)).containsExactly("m/config.json=content", longName + "=content");
        assertThat(read(gzip(tar))).containsExactly("m/config.json=content", longName + "=content");
    }

    @Test
    void aFileThatIsNotOpenedIsPassedOver() throws Exception {
        Path tar = tar(tarEntry("big.bin", '0', "x".repeat(5000)), tarEntry("a.json", '0', "{}"));
        List<String> seen = new ArrayList<>();
        Bundle.ofArchive(tar).read((path, size, content) -> {
            if (path.equals("a.json")) {
                try (InputStream in = content.open()) {
                    seen.add(new String(in.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
        });
        assertThat(seen).containsExactly("{}");
    }

    @Test
    void aFoldersLinksMayNotLeadOutOfItsRoot() throws Exception {
        Path root = Files.createDirectories(folder.resolve("root")).toRealPath();
        Path model = Files.createDirectories(root.resolve("model"));
        Files.writeString(Files.createDirectories(root.resolve("blobs")).resolve("b"), "inside");
        Files.createSymbolicLink(model.resolve("config.json"), Path.of("../blobs/b"));
        assertThat(read(new FolderBundle(root, model))).containsExactly("config.json=inside");
        Path secret = Files.writeString(folder.resolve("secret"), "outside");
        Files.createSymbolicLink(model.resolve("tokenizer.json"), secret);
        assertThatThrownBy(() -> read(new FolderBundle(root, model)))
                .isInstanceOfSatisfying(
                        BadBundle.class, e -> assertThat(e.reason().key()).isEqualTo("models.bundle.link"));
    }

    private static void assertRefused(Path file, String key) {
        assertThatThrownBy(() -> read(file))
                .isInstanceOfSatisfying(
                        BadBundle.class, e -> assertThat(e.reason().key()).isEqualTo(key));
    }

    private static List<String> read(Path file) throws IOException, BadBundle {
        return read(Bundle.ofArchive(file));
    }

    private static List<String> read(Bundle bundle) throws IOException, BadBundle {
        List<String> seen = new ArrayList<>();
        byte[] buffer = new byte[1 << 16];
        bundle.read((path, size, content) -> {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            try (InputStream in = content.open()) {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    if (text.size() < 1000) {
                        text.write(buffer, 0, n);
                    }
                }
            }
            seen.add(path + "=" + text.toString(StandardCharsets.UTF_8));
        });
        return seen;
    }

    private Path zip(String name) throws IOException {
        Path file = Files.createTempFile(folder, "a", ".zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            out.putNextEntry(new ZipEntry(name));
            out.write("x".getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }

    private static byte[] tarEntry(String name, char type, String content) {
        byte[] data = content.getBytes(StandardCharsets.UTF_8);
        byte[] header = TarHeader.file(name, data.length);
        header[156] = (byte) type;
        long sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xFF;
        }
        byte[] digits = String.format("%06o", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, header, 148, 6);
        byte[] all = Arrays.copyOf(header, 512 + Math.ceilDiv(data.length, 512) * 512);
        System.arraycopy(data, 0, all, 512, data.length);
        return all;
    }

    private Path tar(byte[]... entries) throws IOException {
        Path file = Files.createTempFile(folder, "a", ".tar");
        try (OutputStream out = Files.newOutputStream(file)) {
            for (byte[] entry : entries) {
                out.write(entry);
            }
            out.write(new byte[1024]);
        }
        return file;
    }

    private Path gzip(Path file) throws IOException {
        Path packed = Files.createTempFile(folder, "a", ".gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            Files.copy(file, out);
        }
        return packed;
    }

    private static int find(byte[] bytes, byte[] mark) {
        for (int i = 0; i <= bytes.length - mark.length; i++) {
            if (Arrays.equals(Arrays.copyOfRange(bytes, i, i + mark.length), mark)) {
                return i;
            }
        }
        throw new AssertionError("not there");
    }
}
