package io.hearth.ui.core;

/**
 * A request that cannot be done, for a reason that the person who made it can understand and act on. Never a fault of ours: those
 * are other exceptions, of which a person sees only that something went wrong, with a number to find it in the log.
 */
public final class Problem extends RuntimeException {
    /** What kind of problem, as HTTP and the pages tell them apart. */
    public enum Kind {
        /** A value is wrong (400). */
        INVALID(400),
        /** Nobody is signed in, or the credential is not valid (401). */
        UNAUTHENTICATED(401),
        /** The role does not allow it (403). */
        FORBIDDEN(403),
        /** There is no such thing (404). */
        NOT_FOUND(404),
        /** It does not fit the state of things: a name is taken, something depends on it (409). */
        CONFLICT(409),
        /** Too large (413). */
        TOO_LARGE(413),
        /** A limit was reached; later it may go (429). */
        LIMITED(429),
        /** A part of the appliance is away; later it may go (503). */
        UNAVAILABLE(503);

        private final int status;

        Kind(int status) {
            this.status = status;
        }

        /** The HTTP status. */
        public int status() {
            return status;
        }
    }

    private final Kind kind;
    private final transient Sentence sentence;

    public Problem(Kind kind, Sentence sentence) {
        super(sentence.toString());
        this.kind = kind;
        this.sentence = sentence;
    }

    /** A wrong value. */
    public static Problem invalid(String key, Object... arguments) {
        return new Problem(Kind.INVALID, Sentence.of(key, arguments));
    }

    /** Something that is not there. */
    public static Problem notFound(String key, Object... arguments) {
        return new Problem(Kind.NOT_FOUND, Sentence.of(key, arguments));
    }

    /** Something that does not fit the state of things. */
    public static Problem conflict(String key, Object... arguments) {
        return new Problem(Kind.CONFLICT, Sentence.of(key, arguments));
    }

    /** What kind it is. */
    public Kind kind() {
        return kind;
    }

    /** What to say. */
    public Sentence sentence() {
        return sentence;
    }
}
