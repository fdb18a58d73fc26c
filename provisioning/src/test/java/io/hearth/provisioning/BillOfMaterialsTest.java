package io.hearth.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.cyclonedx.Version;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that writes the image's bill of materials, on a small tree that is laid out as an image is. */
class BillOfMaterialsTest {
    private static final String DPKG = """
            Package: libgreeting2
            Status: install ok installed
            Maintainer: A Person <person@example.org>
            Architecture: amd64
            Source: greeting (1.0-1)
            Version: 1:1.0-1+b2
            Depends: libc6 (>= 2.40), libabsent | libc6

            Package: libc6
            Status: install ok installed
            Architecture: amd64
            Version: 2.41-12
            """;
    private static final String COPYRIGHT = """
            Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

            Files: *
            Copyright: 2020 A Person
            License: GPL-2+

            Files: debian/*
            License: Expat

            License: GPL-2+
             The whole text.
            """;

    @TempDir
    Path folder;

    private Path home;
    private Path bill;

    @BeforeEach
    void layOutTree() throws Exception {
        home = Files.createDirectories(folder.resolve("tree/usr/lib/hearth"));
        bill = folder.resolve("image.cdx.json");
        jar("worker/lib/library-1.0.jar", "a/A.class", "A");
        jar("worker/lib/hearth-device-cpu-0.1.0.jar", "native/linux-x86_64/libkernels.so", "machine code");
        jar("control-plane/app/hearth-appliance-ui-0.1.0.jar", "b/B.class", "B");
        pagesHold("{\"@vaadin/grid\": \"25.1.2\", \"dompurify\": \"3.5.0\"}");
        file("tree/usr/lib/hearth/java/release", "JAVA_VERSION=\"25.0.3\"\nMODULES=\"java.base\"\n");
        file("tree/usr/lib/hearth/java/lib/modules", "modules");
        file("tree/usr/lib/hearth/starter/model/model.safetensors", "weights");
        file("tree/usr/lib/hearth/packages/debian", DPKG);
        file("tree/usr/share/doc/libgreeting2/copyright", COPYRIGHT);
        file("tree/usr/share/doc/libc6/copyright", "Written by many.");
        file(
                "release",
                "IMPLEMENTOR=\"Eclipse Adoptium\"\nIMPLEMENTOR_VERSION=\"Temurin-25.0.3+9\"\nSEMANTIC_VERSION=\"25.0.3+9\"\n");
        file("status", DPKG);
        file("lock.json", """
                {"packages": {"node_modules/@vaadin/grid": {"version": "25.1.2", "license": "Apache-2.0"},
                 "node_modules/dompurify": {"version": "3.5.0", "license": "(MPL-2.0 OR Apache-2.0)"},
                 "node_modules/vite": {"version": "7.3.2", "license": "MIT", "dev": true}}}
                """);
        file("maven.json", """
                {"components": [{"type": "library", "bom-ref": "pkg:maven/org.example/library@1.0?type=jar", "name": "library",
                 "version": "1.0", "purl": "pkg:maven/org.example/library@1.0?type=jar", "licenses": [{"license": {"id": "MIT"}}],
                 "hashes": [{"alg": "SHA-256", "content": "%s"}]}],
                 "dependencies": [{"ref": "pkg:maven/io.hearth/hearth-device-cpu@0.1.0?type=jar",
                 "dependsOn": ["pkg:maven/org.example/library@1.0?type=jar"]}]}
                """.formatted(sha256(home.resolve("worker/lib/library-1.0.jar"))));
    }

    @Test
    void namesAllThatLiesInTheImage() throws Exception {
        assertThat(make()).isEmpty();
        assertThat(BillSchema.faults(bill.toFile())).isEmpty();
        JsonNode content = new ObjectMapper().readTree(bill.toFile());
        assertThat(content.path("specVersion").asText()).isEqualTo(Version.VERSION_16.getVersionString());
        assertThat(purls(content))
                .containsExactlyInAnyOrder(
                        "pkg:deb/debian/libgreeting2@1%3A1.0-1%2Bb2?arch=amd64&distro=trixie",
                        "pkg:deb/debian/libc6@2.41-12?arch=amd64&distro=trixie",
                        "pkg:maven/org.example/library@1.0?type=jar",
                        "pkg:maven/io.hearth/hearth-device-cpu@0.1.0?type=jar",
                        "pkg:maven/io.hearth/hearth-appliance-ui@0.1.0?type=jar",
                        "pkg:generic/hearth/control-plane-quarkus-generated-bytecode.jar@0.1.0",
                        "pkg:generic/temurin@25.0.3+9",
                        "pkg:npm/%40vaadin/grid@25.1.2",
                        "pkg:npm/dompurify@3.5.0",
                        "");
        assertThat(content.path("dependencies").findParents("ref"))
                .filteredOn(node -> node.path("ref").asText().contains("hearth-device-cpu"))
                .singleElement()
                .extracting(node -> node.at("/dependsOn/0").asText())
                .isEqualTo("pkg:maven/org.example/library@1.0?type=jar");
        JsonNode greeting = component(content, "libgreeting2");
        assertThat(greeting.at("/licenses/0/license/id").asText()).isEqualTo("MIT");
        assertThat(greeting.at("/licenses/1/license/id").asText()).isEqualTo("GPL-2.0-or-later");
        assertThat(component(content, "grid").at("/licenses/0/license/id").asText())
                .isEqualTo("Apache-2.0");
        assertThat(component(content, "dompurify").at("/licenses/0/expression").asText())
                .isEqualTo("(MPL-2.0 OR Apache-2.0)");
        assertThat(component(content, "hearth-device-cpu")
                        .at("/components/0/name")
                        .asText())
                .isEqualTo("native/linux-x86_64/libkernels.so");
        assertThat(run("check", "--tree", folder.resolve("tree").toString(), bill.toString()))
                .isEqualTo("4 jars, 2 Debian packages and 2 npm packages are in the bill.");
    }

    @Test
    void theSameTreeGivesTheSameBytes() throws Exception {
        make();
        byte[] first = Files.readAllBytes(bill);
        make();
        assertThat(Files.readAllBytes(bill)).isEqualTo(first);
    }

    @Test
    void aJarThatNobodyKnowsEndsTheBuild() throws Exception {
        jar("agent/lib/main/stranger.jar", "c/C.class", "C");
        assertThat(make())
                .isEqualTo(
                        "No bill of Maven's knows these jars of the image: usr/lib/hearth/agent/lib/main/stranger.jar");
        assertThat(bill).doesNotExist();
    }

    @Test
    void pagesOfOtherPackagesThanTheLockedEndTheBuild() throws Exception {
        pagesHold("{\"@vaadin/grid\": \"25.1.1\"}");
        assertThat(make())
                .isEqualTo(
                        "The pages hold @vaadin/grid 25.1.1 of npm, which package-lock.json does not name: build them anew.");
        assertThat(bill).doesNotExist();
    }

    @Test
    void whatIsNotInTheBillIsFound() throws Exception {
        make();
        jar("agent/lib/main/stranger.jar", "c/C.class", "C");
        jar("worker/lib/library-1.0.jar", "a/A.class", "changed");
        file("tree/usr/lib/hearth/packages/debian", DPKG + "\nPackage: smuggled\nVersion: 1\nArchitecture: all\n");
        file("tree/usr/share/doc/unlisted/copyright", COPYRIGHT);
        assertThat(run("check", "--tree", folder.resolve("tree").toString(), bill.toString()))
                .contains("The jar /usr/lib/hearth/agent/lib/main/stranger.jar is not in the bill.")
                .contains("The jar /usr/lib/hearth/worker/lib/library-1.0.jar has other bytes than the bill says.")
                .contains("The Debian package smuggled 1 is not in the bill.")
                .contains("/usr/share/doc/unlisted belongs to no Debian package of the bill.");
    }

    private static List<String> purls(JsonNode content) {
        return StreamSupport.stream(content.path("components").spliterator(), false)
                .map(component -> component.path("purl").asText())
                .toList();
    }

    private static JsonNode component(JsonNode content, String name) {
        return StreamSupport.stream(content.path("components").spliterator(), false)
                .filter(component -> component.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private String make() throws Exception {
        String[] names = {"tree", "status", "release", "maven.json", "lock.json"};
        String[] options = {"--tree", "--dpkg-status", "--java-release", "--bill", "--npm-lock"};
        List<String> command = new ArrayList<>(List.of("make", "--version", "1.2.3", "--program-version", "0.1.0"));
        command.addAll(List.of("--moment", "1767225600", "--output", bill.toString()));
        for (int i = 0; i < names.length; i++) {
            command.addAll(List.of(options[i], folder.resolve(names[i]).toString()));
        }
        return run(command.toArray(String[]::new));
    }

    /** What the script prints. */
    private static String run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("/usr/bin/python3", "../os-image/lib/sbom.py"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output.strip();
    }

    private void file(String path, String content) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private void pagesHold(String npmPackages) throws IOException {
        String note = "{\"npmModules\": " + npmPackages + "}";
        jar("control-plane/quarkus/generated-bytecode.jar", "META-INF/VAADIN/config/stats.json", note);
    }

    private void jar(String path, String entry, String content) throws IOException {
        Path file = home.resolve(path);
        Files.createDirectories(file.getParent());
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(entry));
            zip.write(content.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
