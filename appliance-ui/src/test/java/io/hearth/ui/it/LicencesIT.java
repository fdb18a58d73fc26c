package io.hearth.ui.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Nothing in the built control plane needs a licence that somebody would have to buy: no library, and no script of its pages. */
class LicencesIT {
    /** What Vaadin sells, and what asks for its key: their names, as files, packages, elements and libraries bear them. */
    private static final List<String> COMMERCIAL = List.of(
            "highcharts",
            "vaadin-license",
            "license-checker",
            "vaadin-prod-bundle",
            "vaadin-dev-bundle",
            "collaboration-engine",
            "commercial-banner",
            "vaadin-chart",
            "vaadin/charts",
            "vaadin-board",
            "vaadin/board",
            "vaadin-crud",
            "vaadin/crud",
            "vaadin-rich-text-editor",
            "vaadin/rich-text-editor",
            "vaadin-spreadsheet",
            "vaadin/spreadsheet",
            "vaadin-grid-pro",
            "vaadin/grid-pro",
            "cookie-consent",
            "cookieconsent",
            "vaadin-map",
            "vaadin/map",
            "vaadin-dashboard",
            "vaadin/dashboard",
            "copilot");
    /** Licences that the scripts of the pages may have. */
    private static final Set<String> OPEN =
            Set.of("Apache-2.0", "MIT", "BSD-3-Clause", "BSD-2-Clause", "ISC", "0BSD", "(MPL-2.0 OR Apache-2.0)");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path MODULE = Packages.root().resolve("appliance-ui");

    @Test
    void noJarIsCommercial() throws IOException {
        JsonNode bill = JSON.readTree(MODULE.resolve("target/bom.json").toFile());
        List<String> ofVaadin = new ArrayList<>();
        for (Path path : jars()) {
            String name = path.getFileName().toString();
            assertThat(COMMERCIAL).as(name).noneMatch(name::contains);
            try (JarFile jar = new JarFile(path.toFile())) {
                if (jar.getManifest() != null) {
                    assertThat(jar.getManifest().getMainAttributes().getValue("CvdlName"))
                            .as("mark of Vaadin's commercial parts in %s", name)
                            .isNull();
                }
            }
            if (name.startsWith("com.vaadin.vaadin-") || name.startsWith("com.vaadin.flow-")) {
                ofVaadin.add(name);
            }
        }
        assertThat(ofVaadin)
                .hasSizeGreaterThan(20)
                .allSatisfy(name -> assertThat(licence(bill, name)).as(name).isEqualTo("Apache-2.0"));
    }

    @Test
    void noScriptOfThePagesIsCommercial() throws IOException {
        Set<String> scripts = new TreeSet<>();
        for (Path path : jars()) {
            try (JarFile jar = new JarFile(path.toFile())) {
                for (JarEntry entry : jar.stream().toList()) {
                    if (entry.getName().matches("META-INF/(VAADIN|resources)/.*\\.(js|json|html)")) {
                        String content = text(jar, entry).toLowerCase(Locale.ROOT);
                        assertThat(COMMERCIAL.stream().filter(content::contains))
                                .as("%s in %s", entry.getName(), path)
                                .isEmpty();
                        scripts.add(entry.getName());
                    }
                }
            }
        }
        // One set of scripts, and not those of the build before beside them.
        assertThat(scripts)
                .filteredOn(name -> name.startsWith("META-INF/VAADIN/webapp/VAADIN/build/indexhtml"))
                .hasSize(1);
        assertThat(scripts)
                .filteredOn(name -> name.contains("/generated-flow-imports"))
                .hasSize(1);
    }

    @Test
    void eachNpmPackageInThePagesHasAnOpenLicence() throws IOException {
        JsonNode packages =
                JSON.readTree(MODULE.resolve("package-lock.json").toFile()).path("packages");
        List<JsonNode> notes = new ArrayList<>();
        for (Path path : jars()) {
            try (JarFile jar = new JarFile(path.toFile())) {
                JarEntry entry = jar.getJarEntry("META-INF/VAADIN/config/stats.json");
                if (entry != null) {
                    notes.add(JSON.readTree(text(jar, entry)));
                }
            }
        }
        assertThat(notes).isNotEmpty().allSatisfy(note -> {
            assertThat(note.path("cvdlModules")).isEmpty();
            TreeMap<String, String> licences = new TreeMap<>();
            note.path("npmModules").properties().forEach(module -> {
                JsonNode locked = packages.path("node_modules/" + module.getKey());
                assertThat(locked.path("version")).as(module.getKey()).isEqualTo(module.getValue());
                licences.put(module.getKey(), locked.path("license").asText());
            });
            assertThat(licences)
                    .containsKeys("@vaadin/grid", "lit-html")
                    .allSatisfy((name, licence) -> assertThat(OPEN).as(name).contains(licence));
        });
    }

    private static List<Path> jars() throws IOException {
        Path program = Packages.controlPlane().getParent();
        try (Stream<Path> files = Files.walk(program)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }

    /** The licence that the build's bill of materials knows of a jar; its name is GROUP.ARTIFACT-VERSION.jar. */
    private static String licence(JsonNode bill, String jar) {
        for (JsonNode component : bill.path("components")) {
            String name = component.path("group").asText() + "."
                    + component.path("name").asText() + "-"
                    + component.path("version").asText() + ".jar";
            if (name.equals(jar)) {
                assertThat(component.path("licenses")).as(jar).hasSize(1);
                return component.at("/licenses/0/license/id").asText();
            }
        }
        return "none known";
    }

    private static String text(JarFile jar, JarEntry entry) throws IOException {
        try (InputStream in = jar.getInputStream(entry)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
