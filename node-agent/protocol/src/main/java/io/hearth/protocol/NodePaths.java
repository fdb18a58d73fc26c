package io.hearth.protocol;

/**
 * Paths of HTTP between control plane and nodes. The first group is on the control plane's node port, the last on the agent's
 * serving port. Every one needs a client certificate of the control plane's certificate authority, but for {@link #ENROL}.
 */
public final class NodePaths {
    /** {@code POST} {@link Enrolment.Request}, answers {@link Enrolment.Granted}. Guarded by the one-time code. */
    public static final String ENROL = "/node/v1/enrol";

    /** {@code POST} {@link Enrolment.Renewal}, answers {@link Enrolment.Granted}. */
    public static final String RENEW = "/node/v1/renew";

    /** The WebSocket: text messages, one {@link FromNode} or {@link ToNode} each. */
    public static final String LINK = "/node/v1/link";

    /**
     * {@code GET} and {@code HEAD} {@code /node/v1/blobs/{sha256}}, with {@code Range: bytes=N-} to go on. {@code PUT} with
     * {@code Content-Range: bytes FIRST-LAST/TOTAL} appends to a blob that is not yet there; it becomes visible when it is
     * whole and its hash is right (201; 202 before that; 409 with {@link BlobProgress} if FIRST is not what was expected).
     */
    public static final String BLOBS = "/node/v1/blobs/";

    /** {@code GET /node/v1/uploads/{sha256}}: {@link BlobProgress} of a blob that a node is sending. */
    public static final String UPLOADS = "/node/v1/uploads/";

    /** On the agent: {@code /workers/{id}/…} reaches that worker's {@code /…}; anything else is not found. */
    public static final String WORKERS = "/workers/";

    /** Header from the gateway to the worker, at most 200 printable ASCII characters: comes back in the worker's usage event. */
    public static final String TAG_HEADER = "X-Hearth-Tag";

    /**
     * Bytes of a blob that have arrived.
     *
     * @param received bytes so far
     * @param complete whether the blob is whole and verified
     */
    public record BlobProgress(long received, boolean complete) {}

    private NodePaths() {}
}
