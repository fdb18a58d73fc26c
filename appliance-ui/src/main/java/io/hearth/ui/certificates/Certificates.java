package io.hearth.ui.certificates;

import io.hearth.ui.core.HearthHome;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The certificates of the appliance and what is made of them. Files under {@code keys/}: {@code authority.pem},
 * {@code server.pem} and {@code client.pem}, each a private key with its certificates; {@code authority.crt} is the authority's
 * certificate alone, to be given to browsers and programs that should trust the appliance. If {@code house.pem} is there, a key with a
 * certificate of the house's own authority, the pages and the API show that one; nodes know the appliance's alone. {@code pages.pem} is
 * always a copy of what pages show: what serves them reads one file, whichever it is.
 */
@ApplicationScoped
public class Certificates {
    /** Common name of the control plane's client certificate: what agents let in to their serving ports. */
    public static final String CONTROL_PLANE = "control-plane";

    /** Common name of the server certificate. */
    public static final String SERVER = "hearth";

    /** How long a node's certificate is valid; agents renew it long before. */
    public static final Duration NODE_VALIDITY = Duration.ofDays(90);

    private static final System.Logger LOG = System.getLogger(Certificates.class.getName());
    private static final Duration OWN_VALIDITY = Duration.ofDays(397);
    private static final Duration RENEWED_BEFORE_END = Duration.ofDays(60);
    private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    private final Path keys;
    private final Clock clock;
    private final Collection<String> moreNames;
    private final Authority authority;
    private volatile Optional<Identity> house;
    private volatile Identity server;
    private volatile Identity client;

    @Inject
    public Certificates(
            HearthHome home, Clock clock, @ConfigProperty(name = "hearth.names") Optional<List<String>> moreNames) {
        this.keys = home.keys();
        this.clock = clock;
        this.moreNames = moreNames.orElse(List.of());
        this.authority = Authority.open(keys.resolve("authority.pem"), clock);
        this.house = ofTheHouse();
        publishAuthority();
        refresh();
    }

    /** The house's certificate. One that has ended is of no use to anybody, while the appliance's own still lets people in. */
    private Optional<Identity> ofTheHouse() {
        Path file = keys.resolve("house.pem");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Identity found = Identity.read(file);
        if (!lasts(found)) {
            warnOfEnd(found);
            return Optional.empty();
        }
        return Optional.of(found);
    }

    private boolean lasts(Identity identity) {
        return identity.certificate().getNotAfter().toInstant().isAfter(clock.instant());
    }

    private void warnOfEnd(Identity ended) {
        LOG.log(
                System.Logger.Level.WARNING,
                "The certificate in {0} has ended on {1}; the pages show the appliance''s own. Give a new one on the page System.",
                keys.resolve("house.pem"),
                ended.certificate().getNotAfter().toInstant());
    }

    /**
     * Makes the server's and the client's certificates that are missing, near their end, or (the server's) lack a name that this
     * machine has now.
     *
     * @return whether one was made
     */
    public synchronized boolean refresh() {
        Set<String> names = HostNames.ofThisMachine(moreNames);
        Identity oldServer = server;
        Identity oldClient = client;
        Optional<Identity> oldHouse = house;
        house = house.filter(this::lasts);
        if (house.isEmpty() && oldHouse.isPresent()) {
            warnOfEnd(oldHouse.get());
        }
        server = kept("server.pem", server, names)
                .orElseGet(() -> issue("server.pem", SERVER, names, KeyPurposeId.id_kp_serverAuth));
        client = kept("client.pem", client, Set.of())
                .orElseGet(() -> issue("client.pem", CONTROL_PLANE, Set.of(), KeyPurposeId.id_kp_clientAuth));
        showPages();
        return server != oldServer || client != oldClient || !house.equals(oldHouse);
    }

    /** Shows the house's certificate on pages and API from now on; it is there over a restart, too. */
    synchronized void show(Identity given) {
        write("house.pem", given);
        house = Optional.of(given);
        showPages();
    }

    /** Shows the appliance's own certificate again. */
    synchronized void showOwn() {
        Path file = keys.resolve("house.pem");
        try {
            Files.deleteIfExists(file);
            PrivateFile.syncFolder(keys);
        } catch (IOException e) {
            throw new UncheckedIOException("The file " + file + " cannot be deleted.", e);
        }
        house = Optional.empty();
        showPages();
    }

    private void showPages() {
        Identity shown = house.orElse(server);
        byte[] wanted = (shown.keyPem() + shown.chainPem()).getBytes(StandardCharsets.US_ASCII);
        try {
            if (!Files.exists(pagesFile()) || !MessageDigest.isEqual(wanted, Files.readAllBytes(pagesFile()))) {
                PrivateFile.write(pagesFile(), wanted);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The certificate cannot be written to " + pagesFile() + ".", e);
        }
    }

    private void write(String name, Identity identity) {
        try {
            identity.write(keys.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException("The certificate cannot be written to " + keys.resolve(name) + ".", e);
        }
    }

    /** The file with the appliance's own key and certificates for its HTTPS ports. */
    public Path serverFile() {
        return keys.resolve("server.pem");
    }

    /** The file with the key and the certificates that pages and API show: the house's, or the appliance's own. */
    public Path pagesFile() {
        return keys.resolve("pages.pem");
    }

    /** Whether pages and API show a certificate of the house. */
    public boolean ofTheHouseShown() {
        return house.isPresent();
    }

    /** Whether the house has given one whose time is over. */
    public boolean houseHasEnded() {
        return house.filter(this::lasts).isEmpty() && Files.exists(keys.resolve("house.pem"));
    }

    /** What pages and API show. */
    X509Certificate shown() {
        return house.orElse(server).certificate();
    }

    /** The authority's certificate in a file that everyone may have. */
    public Path authorityFile() {
        return keys.resolve("authority.crt");
    }

    /** The authority's certificate. */
    public X509Certificate authority() {
        return authority.certificate();
    }

    /** The authority's certificate in PEM. */
    public String authorityPem() {
        return Identity.pem(authority.certificate());
    }

    /** The part of a join code that names the authority. */
    public String authorityFingerprint() {
        return authority.fingerprint();
    }

    /** SHA-256 of the pages' certificate, as browsers show it: pairs of hexadecimal digits with colons. */
    public String fingerprint() {
        return fingerprint(shown());
    }

    /** SHA-256 of a certificate, as browsers show it. */
    static String fingerprint(X509Certificate certificate) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return HexFormat.ofDelimiter(":").withUpperCase().formatHex(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** When the pages' certificate ends; the appliance's own is renewed long before. */
    public Instant serverEnds() {
        return shown().getNotAfter().toInstant();
    }

    /** When the authority ends. */
    public Instant authorityEnds() {
        return authority.certificate().getNotAfter().toInstant();
    }

    /**
     * Signs a node's request. Of the request, only the key is used.
     *
     * @param nodeId common name and only name of the certificate
     * @param request PKCS#10 in PEM, signed with its own key
     * @throws IllegalArgumentException if the request is not one or its key is too weak, with a sentence
     */
    public X509Certificate signNode(String nodeId, String request) {
        return authority.sign(
                requestedKey(request),
                nodeId,
                List.of(new GeneralName(GeneralName.dNSName, nodeId)),
                List.of(KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth),
                NODE_VALIDITY);
    }

    /** A certificate in PEM. */
    public static String pem(X509Certificate certificate) {
        return Identity.pem(certificate);
    }

    /**
     * Makes a client speak to agents' serving ports: it shows the control plane's certificate and trusts only the authority.
     * A node's certificate has its id as its only name, so requests are made with the node's id as host and its address as
     * {@code RequestOptions.setServer}.
     */
    public HttpClientOptions forAgents(HttpClientOptions options) {
        return options.setSsl(true)
                .setVerifyHost(true)
                .setForceSni(true)
                .setEnabledSecureTransportProtocols(new TreeSet<>(PROTOCOLS))
                .setKeyCertOptions(keyCert(client))
                .setTrustOptions(trust());
    }

    /** Makes a server speak TLS with the server certificate and ask clients for a certificate of the authority. */
    public HttpServerOptions forNodes(HttpServerOptions options) {
        return options.setSsl(true)
                .setClientAuth(ClientAuth.REQUEST)
                .setEnabledSecureTransportProtocols(new TreeSet<>(PROTOCOLS))
                .setKeyCertOptions(keyCert(server))
                .setTrustOptions(trust());
    }

    private static PemKeyCertOptions keyCert(Identity identity) {
        return new PemKeyCertOptions()
                .addKeyValue(Buffer.buffer(identity.keyPem()))
                .addCertValue(Buffer.buffer(identity.chainPem()));
    }

    private PemTrustOptions trust() {
        return new PemTrustOptions().addCertValue(Buffer.buffer(authorityPem()));
    }

    private Optional<Identity> kept(String name, Identity known, Set<String> names) {
        Path file = keys.resolve(name);
        if (known == null && !Files.exists(file)) {
            return Optional.empty();
        }
        Identity found = known != null ? known : Identity.read(file);
        boolean ours = found.chain().getLast().equals(authority.certificate());
        boolean lasts = found.certificate()
                .getNotAfter()
                .toInstant()
                .isAfter(clock.instant().plus(RENEWED_BEFORE_END));
        return ours && lasts && namesOf(found.certificate()).containsAll(names) ? Optional.of(found) : Optional.empty();
    }

    private Identity issue(String file, String commonName, Set<String> names, KeyPurposeId use) {
        List<GeneralName> alternatives = names.stream().map(HostNames::general).toList();
        Identity made = authority.issue(commonName, alternatives, List.of(use), OWN_VALIDITY);
        write(file, made);
        return made;
    }

    /** Names and addresses of a certificate. */
    static Set<String> namesOf(X509Certificate certificate) {
        Set<String> names = new TreeSet<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                alternatives.forEach(alternative -> names.add(String.valueOf(alternative.get(1))));
            }
        } catch (CertificateParsingException e) {
            throw new IllegalStateException(e);
        }
        return names;
    }

    private void publishAuthority() {
        byte[] pem = authorityPem().getBytes(StandardCharsets.US_ASCII);
        try {
            if (!Files.exists(authorityFile()) || !MessageDigest.isEqual(pem, Files.readAllBytes(authorityFile()))) {
                PrivateFile.write(authorityFile(), pem);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PublicKey requestedKey(String request) {
        try (PEMParser parser = new PEMParser(new StringReader(request))) {
            if (!(parser.readObject() instanceof PKCS10CertificationRequest read)) {
                throw new IllegalArgumentException("The certificate request is not a PKCS#10 request in PEM.");
            }
            PublicKey key = new JcaPKCS10CertificationRequest(read).getPublicKey();
            if (!read.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new IllegalArgumentException("The certificate request is not signed with its own key.");
            }
            boolean strong = switch (key) {
                case ECPublicKey ec -> ec.getParams().getOrder().bitLength() >= 256;
                case RSAPublicKey rsa -> rsa.getModulus().bitLength() >= 3072;
                default -> false;
            };
            if (!strong) {
                throw new IllegalArgumentException(
                        "The key of the certificate request is too weak: use EC P-256 or longer, or RSA with 3072 bits.");
            }
            return key;
        } catch (IOException | GeneralSecurityException | OperatorCreationException | PKCSException e) {
            throw new IllegalArgumentException("The certificate request cannot be read.", e);
        }
    }
}
