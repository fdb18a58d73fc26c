package io.hearth.ui;

import io.hearth.ui.certificates.Certificates;
import io.hearth.ui.certificates.PagesCertificate;
import io.hearth.ui.certificates.PrivateFile;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Json;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.vertx.http.HttpServer;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The control plane once all services are up: tells people and scripts where it is, and waits for its end. */
public class Running implements QuarkusApplication {
    /**
     * Content of {@code control-plane.json}.
     *
     * @param url of the pages and the API
     * @param nodeUrl of the node port
     * @param pid process id
     * @param fingerprint SHA-256 of the server certificate
     * @param authority file with the certificate of the authority
     */
    record Whereabouts(String url, String nodeUrl, long pid, String fingerprint, String authority) {}

    private final HearthHome home;
    private final Certificates certificates;
    private final HttpServer server;
    private final String host;
    private final int nodePort;

    @Inject
    public Running(
            HearthHome home,
            Certificates certificates,
            HttpServer server,
            @ConfigProperty(name = "quarkus.http.host") String host,
            @ConfigProperty(name = "hearth.node-port") int nodePort) {
        this.home = home;
        this.certificates = certificates;
        this.server = server;
        this.host = host;
        this.nodePort = nodePort;
    }

    @Override
    public int run(String... args) throws IOException {
        Whereabouts here = here();
        tell(here);
        announce(here);
        Quarkus.waitForExit();
        Files.deleteIfExists(file());
        return 0;
    }

    /** The console shows the fingerprint out of the file. */
    void certificateChanged(@Observes PagesCertificate.Changed changed) throws IOException {
        tell(here());
    }

    private Path file() {
        return home.directory().resolve("control-plane.json");
    }

    private void tell(Whereabouts here) throws IOException {
        PrivateFile.write(file(), Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(here));
    }

    private Whereabouts here() {
        return new Whereabouts(
                url(server.getSecurePort()),
                url(nodePort),
                ProcessHandle.current().pid(),
                certificates.fingerprint(),
                certificates.authorityFile().toString());
    }

    private void announce(Whereabouts here) throws IOException {
        System.out.println("Hearth is ready: " + here.url());
        System.out.println("Certificate (SHA-256): " + here.fingerprint());
        Path code = home.keys().resolve("first-run-code");
        if (Files.exists(code)) {
            System.out.println("First-run code: " + Files.readString(code).strip());
        }
    }

    private String url(int port) {
        boolean everywhere = host.equals("0.0.0.0") || host.equals("::") || host.equals("[::]");
        String name = everywhere ? "localhost" : host.contains(":") ? "[" + host + "]" : host;
        return "https://" + name + ":" + port;
    }
}
