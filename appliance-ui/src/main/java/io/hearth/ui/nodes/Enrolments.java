package io.hearth.ui.nodes;

import io.hearth.protocol.Enrolment;
import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.certificates.Certificates;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Role;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Gives nodes their certificates. A machine that joins again under a new code is a new node; the old one can be revoked. */
@ApplicationScoped
public class Enrolments {
    private static final System.Logger LOG = System.getLogger(Enrolments.class.getName());
    private static final int MAX_REQUEST = 16_384;
    private static final int MAX_NAME = 63;

    private final Database database;
    private final Certificates certificates;
    private final JoinCodes codes;
    private final AuditLog audit;
    private final News news;
    private final Clock clock;
    private final NodeStore nodes = new NodeStore(node -> false);

    public Enrolments(
            Database database, Certificates certificates, JoinCodes codes, AuditLog audit, News news, Clock clock) {
        this.database = database;
        this.certificates = certificates;
        this.codes = codes;
        this.audit = audit;
        this.news = news;
        this.clock = clock;
    }

    /** It was refused; the message says why and what to do. */
    static final class Refused extends RuntimeException {
        Refused(String message) {
            super(message);
        }
    }

    /**
     * Lets a new node in.
     *
     * @param origin address that it comes from
     * @throws Refused if the code is not valid
     * @throws IllegalArgumentException if the request makes no sense
     */
    Enrolment.Granted enrol(Enrolment.Request request, String origin) {
        if (request.code() == null || request.code().length() > 200) {
            throw new IllegalArgumentException("The request has no join code.");
        }
        String csr = checked(request.certificateRequest());
        String fresh = Ids.next("node");
        // Signed before the transaction, so that a request that makes no sense uses up no code.
        X509Certificate probe = certificates.signNode(fresh, csr);
        String keyHash = hash(probe.getPublicKey().getEncoded());
        Enrolment.Granted granted = database.write(h -> {
            JoinCodes.Shown code = codes.show(h, request.code(), keyHash).orElse(null);
            if (code == null) {
                throw new Refused("The join code is wrong, was used already, or has expired. Make a new one on the page"
                        + " Nodes of the control plane.");
            }
            if (code.node() != null) {
                Node known = nodes.find(h, code.node())
                        .filter(node -> node.state() != Node.State.REVOKED)
                        .orElseThrow(() -> new Refused("This node was revoked. It needs a new join code."));
                X509Certificate again = certificates.signNode(known.id(), csr);
                nodes.renewed(h, known.id(), again.getNotAfter().getTime());
                return granted(known.id(), known.name(), again);
            }
            String name = unique(h, request.nodeName());
            nodes.insert(
                    h,
                    fresh,
                    name,
                    code.local(),
                    clock.millis(),
                    probe.getNotAfter().getTime());
            codes.used(h, code, fresh, keyHash);
            Actor node = new Actor(fresh, name, Role.VIEWER, origin);
            audit.record(h, node, "node.enrol", fresh, Map.of("name", name, "code", code.id()));
            return granted(fresh, name, probe);
        });
        codes.keepLocalCode();
        LOG.log(System.Logger.Level.INFO, "Node {0} ({1}) has joined.", granted.nodeName(), granted.nodeId());
        news.publish(News.Topic.NODES, granted.nodeId());
        return granted;
    }

    /** The next certificate of a node that has shown its present one. */
    Enrolment.Granted renew(String node, Enrolment.Renewal request) {
        X509Certificate signed = certificates.signNode(node, checked(request.certificateRequest()));
        String name = database.write(h -> {
            nodes.renewed(h, node, signed.getNotAfter().getTime());
            Node known = nodes.find(h, node).orElseThrow();
            audit.record(
                    h,
                    new Actor(node, known.name(), Role.VIEWER, "node"),
                    "node.renew",
                    node,
                    Map.of("until", signed.getNotAfter().getTime()));
            return known.name();
        });
        return granted(node, name, signed);
    }

    private Enrolment.Granted granted(String id, String name, X509Certificate certificate) {
        return new Enrolment.Granted(id, name, Certificates.pem(certificate), certificates.authorityPem());
    }

    private String unique(Handle handle, String wanted) {
        String base = wanted == null ? "" : wanted.replaceAll("[^A-Za-z0-9._-]", "-");
        base = base.length() > MAX_NAME ? base.substring(0, MAX_NAME) : base;
        base = base.isBlank() ? "node" : base;
        List<String> taken = nodes.all(handle).stream().map(Node::name).toList();
        String name = base;
        for (int i = 2; taken.contains(name); i++) {
            name = base + "-" + i;
        }
        return name;
    }

    private static String checked(String request) {
        if (request == null || request.length() > MAX_REQUEST) {
            throw new IllegalArgumentException("The request has no certificate request, or a very long one.");
        }
        return request;
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
