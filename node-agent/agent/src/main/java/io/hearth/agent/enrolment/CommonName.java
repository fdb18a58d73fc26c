package io.hearth.agent.enrolment;

import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/** Names in certificates, and the two that mean something. */
final class CommonName {
    /** Of the control plane's servers. */
    static final String SERVER = "hearth";

    /** Of the control plane where it is a client: the gateway. */
    static final String CONTROL_PLANE = "control-plane";

    private CommonName() {}

    /** The common name of a certificate, or an empty text. */
    static String of(X509Certificate certificate) {
        RDN[] names = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded())
                .getRDNs(BCStyle.CN);
        return names.length == 0
                ? ""
                : IETFUtils.valueToString(names[0].getFirst().getValue());
    }
}
