package io.hearth.protocol;

/** How a node gets its certificate. */
public final class Enrolment {
    /**
     * Asks for the first certificate.
     *
     * @param code the secret part of the join code
     * @param nodeName host name, shown to people; the control plane may change it to keep names unique
     * @param certificateRequest PKCS#10 in PEM, signed with the node's own key
     */
    public record Request(String code, String nodeName, String certificateRequest) {}

    /**
     * Asks for the next certificate, over a connection that is authenticated by the present one.
     *
     * @param certificateRequest PKCS#10 in PEM, of a new key
     */
    public record Renewal(String certificateRequest) {}

    /**
     * A certificate.
     *
     * @param nodeId id of the node; the certificate's common name
     * @param nodeName its name
     * @param certificate the node's certificate in PEM
     * @param authority the control plane's certificate authority in PEM, to be pinned: nothing else is trusted from now on
     */
    public record Granted(String nodeId, String nodeName, String certificate, String authority) {}

    /**
     * Why it was refused.
     *
     * @param error a sentence with what to do
     */
    public record Refused(String error) {}

    private Enrolment() {}
}
